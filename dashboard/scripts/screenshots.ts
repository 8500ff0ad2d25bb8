/**
 * Pictures of every view, light and dark, on a phone and on a desk, into `screenshots/` (or the folder given).
 *
 *   npm run screenshots [-- folder [only]]
 */
import { http } from 'msw'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Options, type Visit, api, dashboard, launch, root, serve, visit } from '../e2e/harness.ts'
import { problem } from '../mocks/handlers.ts'
import { World, largeWorld, smallWorld } from '../mocks/world.ts'

interface Shot {
  name: string
  path: string | ((world: World) => string)
  world?: () => World
  options?: Options
  ready?: (visitor: Visit) => Promise<unknown>
}

const at = (index: number) => (world: World) => `/stores/${world.stores[index]?.id ?? ''}`
const admin = (): World => Object.assign(smallWorld(), { admin: true })
const press = (name: string) => (visitor: Visit) => visitor.page.getByRole('button', { name, exact: true }).first().click()
const alert = (visitor: Visit) => visitor.page.getByRole('alert').waitFor()
const openTab = (name: string) => (visitor: Visit) => visitor.page.getByRole('tab', { name }).click()

const shots: Shot[] = [
  { name: 'sign-in', path: '/', options: { user: null } },
  { name: 'stores-table', path: '/stores' },
  { name: 'stores-cards', path: '/stores?view=cards' },
  { name: 'stores-many', path: '/stores', world: () => largeWorld(10_000) },
  { name: 'stores-empty', path: '/stores', world: () => new World() },
  { name: 'stores-no-match', path: '/stores?q=zebra&status=Failed' },
  { name: 'stores-loading', path: '/stores', options: { first: [http.get(`${api}/api/stores`, () => new Promise<Response>(() => undefined))] } },
  { name: 'stores-down', path: '/stores', options: { first: [http.get(`${api}/api/stores`, () => problem(503, 'database_unavailable', 'The database does not answer. Try again in a moment.'))] }, ready: alert },
  { name: 'stores-limited', path: '/stores', options: { first: [http.get(`${api}/api/stores`, () => problem(429, 'rate_limited', 'Too many requests.', { headers: { 'retry-after': '12' } }))] }, ready: alert },
  { name: 'stores-lost', path: '/stores', ready: (visitor) => visitor.dropSockets().then(() => visitor.page.getByText('Connection lost').waitFor()) },
  { name: 'create', path: '/stores/new' },
  { name: 'create-invalid', path: '/stores/new', ready: (visitor) => visitor.page.getByLabel('Name').fill('$(rm -rf)') },
  {
    name: 'create-refused',
    path: '/stores/new',
    options: { first: [http.post(`${api}/api/stores`, () => problem(429, 'user_creation_rate_exceeded', 'You have made 5 stores within the hour.', { headers: { 'retry-after': '1260' } }))] },
    ready: async (visitor) => {
      await visitor.page.getByLabel('Name').fill('Blue Harbour Goods')
      await visitor.page.getByRole('button', { name: 'Create store' }).click()
      await alert(visitor)
    },
  },
  { name: 'store-provisioning', path: at(0) },
  { name: 'store-queued', path: at(1) },
  { name: 'store-ready', path: at(2), ready: (visitor) => visitor.page.frameLocator('iframe').getByText('Blue Shirt').waitFor() },
  {
    name: 'store-resources',
    path: at(2),
    options: { frozen: false },
    ready: async ({ page }) => {
      // Measured again and again, without waiting for the time between.
      await page.clock.install()
      await page.reload()
      for (let turn = 0; turn < 24; turn += 1) {
        const measured = page.waitForResponse(/\/usage$/)
        await page.clock.runFor(10_000)
        await measured
      }
      await page.getByRole('region', { name: 'Resource use' }).scrollIntoViewIfNeeded()
    },
  },
  { name: 'store-login', path: at(2), ready: press('Show login') },
  { name: 'store-events', path: at(6), ready: openTab('Events') },
  { name: 'store-logs', path: at(6), ready: openTab('Logs') },
  { name: 'store-failed', path: at(4) },
  { name: 'store-degraded', path: at(6) },
  { name: 'store-deleting', path: at(9) },
  { name: 'store-gone', path: '/stores/01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51' },
  { name: 'store-delete', path: at(2), ready: press('Delete') },
  { name: 'overview', path: '/overview', ready: (visitor) => visitor.page.locator('.recharts-bar-rectangle').first().waitFor() },
  { name: 'audit', path: '/audit', world: admin },
  { name: 'audit-forbidden', path: '/audit' },
  { name: 'account', path: '/stores', ready: press('Account: ada') },
  { name: 'not-found', path: '/nowhere' },
]

const [folder = 'screenshots', only] = process.argv.slice(2)
const target = join(root, folder)
await mkdir(target, { recursive: true })
const server = await serve()
const browser = await launch()
try {
  for (const shot of shots.filter((one) => only === undefined || only.split(',').includes(one.name))) {
    for (const dark of [false, true]) {
      for (const width of [390, 1440]) {
        const world = (shot.world ?? smallWorld)()
        const visitor = await visit(browser, world, { frozen: true, ...shot.options, dark, width, height: width === 390 ? 844 : 900, reducedMotion: true })
        await visitor.page.goto(dashboard + (typeof shot.path === 'string' ? shot.path : shot.path(world)), { waitUntil: 'load' })
        await visitor.page.locator('h1, h2, [role=status][aria-label]').first().waitFor()
        await shot.ready?.(visitor)
        await visitor.page.evaluate(() => document.fonts.ready)
        // Whatever is still coming in has come once no request is under way.
        if (shot.name !== 'stores-loading') await visitor.page.waitForLoadState('networkidle')
        await visitor.page.screenshot({ path: join(target, `${shot.name}-${dark ? 'dark' : 'light'}-${width}.png`) })
        if (visitor.errors.length > 0) throw new Error(`${shot.name}: ${visitor.errors.join('; ')}`)
        await visitor.close()
      }
    }
    console.log(shot.name)
  }
} finally {
  await browser.close()
  await server.close()
}
