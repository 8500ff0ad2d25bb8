import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Browser } from 'playwright-core'
import type { PreviewServer } from 'vite'
import { type World, smallWorld } from '../mocks/world.ts'
import { type Options, type Visit, launch, serve, visit } from './harness.ts'

export interface Stage {
  readonly browser: Browser
  /** Runs a story, and fails it when the page threw an error on the way. */
  story: (options: Options & { world?: World }, tell: (visitor: Visit, world: World) => Promise<unknown>) => Promise<void>
}

/** The built page and a browser, for as long as the tests of a file run. */
export function stage(): Stage {
  let server: PreviewServer | undefined
  let browser: Browser | undefined
  const running = (): Browser => {
    assert.ok(browser)
    return browser
  }
  before(async () => {
    server = await serve()
    browser = await launch()
  })
  after(async () => {
    await browser?.close()
    await server?.close()
  })
  return {
    get browser() {
      return running()
    },
    async story(options, tell) {
      const world = options.world ?? smallWorld()
      const visitor = await visit(running(), world, options)
      try {
        await tell(visitor, world)
        assert.deepEqual(visitor.errors, [])
      } finally {
        await visitor.close()
      }
    },
  }
}
