import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { stage } from './stage.ts'
import { look, views } from './views.ts'

const scene = stage()
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Once two frames have been drawn, so that what has to change has begun to, and has ended. */
const settled = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await frame()
    await frame()
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished))
    await frame()
  })

/** The rules that a theme can break; the others see the same page in both. */
const aboutColour = ['color-contrast', 'link-in-text-block']

/** What axe objects to, and still does when it looks again: colours that are still changing are nobody's fault. The preview is someone else's page. */
async function objections(page: Page, rules?: string[]): Promise<string[]> {
  let found: string[] = []
  for (let looks = 0; looks < 5; looks += 1) {
    await settled(page)
    found = await page.evaluate(async (only) => {
      const { axe } = window as unknown as { axe: typeof import('axe-core') }
      const { violations } = await axe.run({ exclude: ['iframe'] }, { resultTypes: ['violations'], ...(only && { runOnly: only }) })
      return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`))
    }, rules)
    if (found.length === 0) break
  }
  return found
}

/** How wide the page is, once a chart in it has followed the screen. */
const widthOf = (page: Page, wanted: number): Promise<number> =>
  page.waitForFunction((width) => document.documentElement.scrollWidth === width, wanted, { timeout: 20_000 }).then(
    () => wanted,
    () => page.evaluate(() => document.documentElement.scrollWidth),
  )

// Each view is mostly waiting; more than two at a time only wait for one another. `VIEWS=overview,audit` looks at these alone.
test('axe finds nothing in any view, light, dark or on a phone, and none is wider than a small phone', { concurrency: 2 }, async (context) => {
  const wanted = process.env.VIEWS?.split(',')
  const looked = views.map((view) =>
    context.test(view.name, { skip: wanted !== undefined && !wanted.includes(view.name) }, async () => {
      const visitor = await look(scene.browser, view, { width: 1440, height: 900 })
      try {
        const { page } = visitor
        await page.evaluate(axe)
        const found: Record<string, string[]> = { light: await objections(page) }
        await page.emulateMedia({ colorScheme: 'dark' })
        found.dark = await objections(page, aboutColour)
        await page.emulateMedia({ colorScheme: 'light' })
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
    }),
  )
  await Promise.all(looked)
})

test('nothing moves for who wants no motion', async () => {
  const moving = (page: Page): Promise<number> => page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === 'running').length)
  const view = views.find(({ name }) => name === 'store-provisioning')
  assert.ok(view)
  const calm = await look(scene.browser, view, { reducedMotion: true })
  await settled(calm.page)
  assert.equal(await moving(calm.page), 0)
  await calm.close()
  // Or this could not fail.
  const lively = await look(scene.browser, view, { reducedMotion: false })
  assert.notEqual(await moving(lively.page), 0)
  await lively.close()
})
