/**
 * The pictures of README and docs, from the running product: real stores, real shops. They go to docs/images.
 *
 *   PLATFORM_DASHBOARD=http://dashboard.localhost PLATFORM_API=http://api.localhost npm run pictures
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { launch, root } from '../e2e/harness.ts'

const dashboard = process.env.PLATFORM_DASHBOARD
const api = process.env.PLATFORM_API
if (dashboard === undefined || api === undefined) throw new Error('set PLATFORM_DASHBOARD and PLATFORM_API to what scripts/status.sh shows')

const user = 'ada'
const stores = [
  { name: 'Blue Harbour Goods', engine: 'woocommerce' },
  { name: 'Nordlicht Kerzen', engine: 'medusa' },
  { name: 'The Paper Crane', engine: 'woocommerce' },
]
const folder = join(root, '../docs/images')
const readyWithin = 300_000

const ids: string[] = []
let ask: ((method: string, path: string, data?: object) => Promise<{ id: string }>) | undefined
const browser = await launch()
try {
  await mkdir(folder, { recursive: true })
  const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, locale: 'en-GB', reducedMotion: 'reduce' })
  await context.addInitScript((name) => {
    if (window === window.top) localStorage.setItem('store-platform.user', name)
  }, user)
  const page = await context.newPage()
  const shoot = async (name: string): Promise<void> => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) })
    }
  }
  // From the page, which finds *.localhost without a name server.
  ask = (method, path, data) =>
    page.evaluate(
      async (asked) => {
        const answer = await fetch(asked.url, { method: asked.method, headers: { 'x-user-id': asked.user, 'content-type': 'application/json' }, body: asked.body })
        if (!answer.ok) throw new Error(`${asked.method} ${asked.url} answered ${answer.status}: ${await answer.text()}`)
        return (await answer.json()) as { id: string }
      },
      { url: api + path, method, user, body: data && JSON.stringify(data) },
    )

  await page.goto(dashboard)
  for (const store of stores) ids.push((await ask('POST', '/api/stores', store)).id)
  await page.goto(`${dashboard}/stores/${ids[1] ?? ''}`)
  await page.getByText('Setting up your store').waitFor()
  await page.getByText('Accepts connections').first().waitFor({ timeout: readyWithin })
  await shoot('provisioning')
  await page.getByText(/^Ready .* after you asked for it/).waitFor({ timeout: readyWithin })

  await page.goto(`${dashboard}/stores/${ids[0] ?? ''}`)
  await page.getByText(/^Ready .* after you asked for it/).waitFor({ timeout: readyWithin })
  await page.frameLocator('iframe').getByText('Blue Shirt').first().waitFor({ timeout: 60_000 })
  await shoot('store')

  await page.goto(`${dashboard}/stores?view=cards`)
  await page.getByText('Ready', { exact: true }).nth(2).waitFor({ timeout: readyWithin })
  await shoot('stores')
} finally {
  for (const id of ids) await ask?.('DELETE', `/api/stores/${id}`)
  await browser.close()
}
