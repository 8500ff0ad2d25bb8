import AxeBuilder from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { PreviewServer } from 'vite'
import { launch, serve } from './harness.ts'
import { look, views } from './views.ts'

let server: PreviewServer
let browser: Browser

before(async () => {
  server = await serve()
  browser = await launch()
})
after(async () => {
  await browser.close()
  await server.close()
})

/** What axe objects to, and still does when it looks again: colours that are still changing are nobody's fault. The preview is someone else's page. */
async function objections(page: Page): Promise<string[]> {
  let found: string[] = []
  for (let looks = 0; looks < 5; looks += 1) {
    await settled(page)
    const { violations } = await new AxeBuilder({ page }).exclude('iframe').options({ resultTypes: ['violations'] }).analyze()
    found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`))
    if (found.length === 0) break
  }
  return found
}

/** Once two frames have been drawn, so that what has to change has begun to, and has ended. */
const settled = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await frame()
    await frame()
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished))
    await frame()
  })

/** How wide the page is, once a chart in it has followed the screen. */
const widthOf = (page: Page, wanted: number): Promise<number> =>
  page.waitForFunction((width) => document.documentElement.scrollWidth === width, wanted, { timeout: 20_000 }).then(
    () => wanted,
    () => page.evaluate(() => document.documentElement.scrollWidth),
  )

test('axe finds nothing in any view, light, dark or on a phone, and none is wider than a small phone', async (context) => {
  for (const view of views) {
    await context.test(view.name, async () => {
      const visitor = await look(browser, view, { width: 1440, height: 900 })
      try {
        const { page } = visitor
        const found: Record<string, string[]> = {}
        for (const colorScheme of ['dark', 'light'] as const) {
          await page.emulateMedia({ colorScheme })
          found[colorScheme] = await objections(page)
        }
        const widths: number[] = []
        for (const width of [390, 320]) {
          await page.setViewportSize({ width, height: 844 })
          widths.push(await widthOf(page, width))
        }
        found.phone = await objections(page)
        assert.deepEqual(found, { dark: [], light: [], phone: [] })
        assert.deepEqual(widths, [390, 320])
        assert.deepEqual(visitor.errors, [])
      } finally {
        await visitor.close()
      }
    })
  }
})

test('nothing moves for who wants no motion', async () => {
  const moving = (page: Page): Promise<number> => page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === 'running').length)
  const view = views.find(({ name }) => name === 'store-provisioning')
  assert.ok(view)
  const calm = await look(browser, view, { reducedMotion: true })
  await settled(calm.page)
  assert.equal(await moving(calm.page), 0)
  await calm.close()
  // Or this could not fail.
  const lively = await look(browser, view, { reducedMotion: false })
  assert.notEqual(await moving(lively.page), 0)
  await lively.close()
})
