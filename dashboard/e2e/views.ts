import { http } from 'msw'
import type { Browser } from 'playwright-core'
import { problem } from '../mocks/handlers.ts'
import { World, largeWorld, smallWorld } from '../mocks/world.ts'
import { type Options, type Visit, api, dashboard, visit } from './harness.ts'

/** A view in one of its states. All of them together are what screenshots.ts takes pictures of and what views.test.ts looks at. */
export interface View {
  name: string
  path: string | ((world: World) => string)
  world?: () => World
  options?: Options
  /** Brings the view into its state, and waits for what shows that it is there. */
  ready?: (visitor: Visit) => Promise<unknown>
  /** Something stays unanswered. */
  unsettled?: true
}

const at = (index: number) => (world: World) => `/stores/${world.stores[index]?.id ?? ''}`
const admin = (): World => Object.assign(smallWorld(), { admin: true })
const idle = (): World => {
  const world = smallWorld()
  Object.assign(world.stores[11] ?? {}, { createdAt: '2026-11-02T10:00:00Z', readyAt: '2026-11-02T10:00:08Z', lastVisitAt: '2026-11-18T10:00:00Z', idleDeletionAt: '2026-11-25T10:00:00Z' })
  return world
}
const press = (name: string) => (visitor: Visit) => visitor.page.getByRole('button', { name, exact: true }).first().click()
const alert = (visitor: Visit) => visitor.page.getByRole('alert').first().waitFor()
const loading = (name: string) => (visitor: Visit) => visitor.page.getByRole('status', { name }).waitFor()
const text = (words: string) => (visitor: Visit) => visitor.page.getByText(words).filter({ visible: true }).first().waitFor()
const dialog = (name: string) => (visitor: Visit) => press(name)(visitor).then(() => visitor.page.getByRole('dialog').waitFor())
const openTab = (name: string) => async ({ page }: Visit) => {
  await page.getByRole('tab', { name }).click()
  await page.getByRole('tabpanel', { name }).waitFor()
}
const lost = (visitor: Visit) => visitor.dropSockets().then(() => visitor.page.getByText('Connection lost').waitFor())
const offline = async (visitor: Visit) => {
  await visitor.live()
  await visitor.page.waitForLoadState('networkidle')
  await visitor.context.setOffline(true)
  await visitor.page.getByText('You are offline').waitFor()
}

/** Answers that never come. */
const never = () => new Promise<Response>(() => undefined)
/** The database is gone. */
const down = () => problem(503, 'database_unavailable', 'The database does not answer. Try again in a moment.')

const asked = (path: string, answer: () => Response | Promise<Response>): Options => ({ first: [http.get(api + path, answer)] })

export const views: View[] = [
  { name: 'sign-in', path: '/', options: { user: null } },
  { name: 'sign-in-oidc', path: '/', options: { user: null, auth: 'oidc', first: [http.get(`${api}/api/stores`, () => problem(401, 'unauthenticated', 'Nobody is signed in.'))] }, ready: (visitor) => visitor.page.getByRole('link', { name: 'Sign in' }).waitFor() },
  { name: 'sign-in-ended', path: '/stores', options: asked('/api/stores', () => problem(401, 'unauthenticated', 'It is not known who calls.')), ready: text('Your session has ended') },

  { name: 'stores-table', path: '/stores', ready: text('12 stores') },
  { name: 'stores-cards', path: '/stores?view=cards', ready: (visitor) => visitor.page.getByRole('article').first().waitFor() },
  { name: 'stores-many', path: '/stores', world: () => largeWorld(10_000), ready: text('10,000 stores') },
  { name: 'stores-everyone', path: '/stores?all=yes', world: admin, ready: text('12 stores') },
  { name: 'stores-empty', path: '/stores', world: () => new World(), ready: text('Your first store is moments away') },
  { name: 'stores-no-match', path: '/stores?q=zebra&status=Failed', ready: text('No store matches') },
  { name: 'stores-loading', path: '/stores', options: asked('/api/stores', never), ready: loading('Loading stores'), unsettled: true },
  { name: 'stores-down', path: '/stores', options: asked('/api/stores', down), ready: alert },
  { name: 'stores-limited', path: '/stores', options: asked('/api/stores', () => problem(429, 'request_rate_exceeded', 'Too many requests.', { headers: { 'retry-after': '12' } })), ready: alert },
  {
    name: 'stores-stale',
    path: '/stores',
    ready: async (visitor) => {
      await text('12 stores')(visitor)
      visitor.down = true
      await visitor.dropSockets()
      await alert(visitor)
    },
  },
  { name: 'stores-lost', path: '/stores', ready: lost },
  { name: 'stores-offline', path: '/stores', ready: offline },

  { name: 'create', path: '/stores/new', ready: text('Your limits') },
  { name: 'create-invalid', path: '/stores/new', ready: (visitor) => visitor.page.getByLabel('Name').fill('$(rm -rf)').then(() => text('Start with a letter')(visitor)) },
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
  { name: 'create-full', path: '/stores/new', world: () => Object.assign(smallWorld(), { limits: { stores: { used: 10, max: 10 }, creationsPerHour: { left: 3, max: 5 } } }), ready: text('as many stores as you may have') },
  { name: 'create-no-engines', path: '/stores/new', options: asked('/api/engines', () => Response.json([])), ready: text('No engine is installed') },
  { name: 'create-loading', path: '/stores/new', options: asked('/api/engines', never), ready: loading('Loading engines'), unsettled: true },
  { name: 'create-down', path: '/stores/new', options: asked('/api/engines', down), ready: alert },
  { name: 'create-offline', path: '/stores/new', ready: offline },

  { name: 'store-provisioning', path: at(0), ready: text('Setting up your store') },
  { name: 'store-queued', path: at(1), ready: text('2nd in line') },
  { name: 'store-ready', path: at(2), ready: (visitor) => visitor.page.frameLocator('iframe').getByText('Blue Shirt').waitFor() },
  {
    name: 'store-resources',
    path: at(2),
    options: { frozen: false },
    ready: async ({ page }) => {
      // Measured again and again, without waiting for the time between.
      await page.clock.install()
      await page.reload()
      await page.getByRole('region', { name: 'Resource use' }).getByText('of 4 GiB').waitFor()
      for (let turn = 0; turn < 24; turn += 1) {
        const measured = page.waitForResponse(/\/usage$/)
        await page.clock.runFor(10_000)
        await measured
      }
      await page.getByRole('region', { name: 'Resource use' }).locator('polyline').first().waitFor({ state: 'attached' })
      await page.getByRole('region', { name: 'Resource use' }).scrollIntoViewIfNeeded()
    },
  },
  { name: 'store-login', path: at(2), ready: (visitor) => press('Show login')(visitor).then(() => text('correct-horse-battery')(visitor)) },
  { name: 'store-login-refused', path: at(2), options: { first: [http.post(`${api}/api/stores/:id/admin-login`, down)] }, ready: (visitor) => press('Show login')(visitor).then(() => alert(visitor)) },
  { name: 'store-usage-down', path: at(2), options: asked('/api/stores/:id/usage', down), ready: alert },
  { name: 'store-events', path: at(6), ready: openTab('Events') },
  { name: 'store-events-empty', path: at(6), options: asked('/api/stores/:id/events', () => Response.json({ complete: true, items: [] })), ready: openTab('Events') },
  { name: 'store-events-incomplete', path: at(6), options: asked('/api/stores/:id/events', () => Response.json({ complete: false, items: [] })), ready: openTab('Events') },
  { name: 'store-events-loading', path: at(6), options: asked('/api/stores/:id/events', never), ready: (visitor) => openTab('Events')(visitor).then(() => loading('Loading events')(visitor)), unsettled: true },
  { name: 'store-events-down', path: at(6), options: asked('/api/stores/:id/events', down), ready: (visitor) => openTab('Events')(visitor).then(() => alert(visitor)) },
  { name: 'store-logs', path: at(6), ready: (visitor) => openTab('Logs')(visitor).then(() => visitor.page.getByRole('region', { name: 'Log lines' }).waitFor()) },
  { name: 'store-logs-empty', path: at(6), options: asked('/api/stores/:id/logs', () => Response.json({ source: 'app', lines: [], truncated: false })), ready: (visitor) => openTab('Logs')(visitor).then(() => text('No lines yet')(visitor)) },
  { name: 'store-logs-loading', path: at(6), options: asked('/api/stores/:id/logs', never), ready: (visitor) => openTab('Logs')(visitor).then(() => loading('Loading log')(visitor)), unsettled: true },
  { name: 'store-logs-down', path: at(6), options: asked('/api/stores/:id/logs', down), ready: (visitor) => openTab('Logs')(visitor).then(() => alert(visitor)) },
  { name: 'store-failed', path: at(4), ready: text('The store could not be set up') },
  { name: 'store-idle', path: at(11), world: idle, ready: text('Nobody visits this shop') },
  { name: 'store-degraded', path: at(6), ready: text('The shop doesn’t answer right now') },
  { name: 'store-deleting', path: at(9), ready: text('Being deleted') },
  { name: 'store-gone', path: '/stores/01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51', ready: text('This store is gone') },
  { name: 'store-delete', path: at(2), ready: dialog('Delete') },
  {
    name: 'store-delete-refused',
    path: at(2),
    options: { first: [http.delete(`${api}/api/stores/:id`, down)] },
    ready: async (visitor) => {
      await dialog('Delete')(visitor)
      await visitor.page.getByRole('dialog').getByRole('textbox').fill('Café Olé')
      await press('Delete for ever')(visitor)
      await alert(visitor)
    },
  },
  { name: 'store-loading', path: at(2), options: asked('/api/stores/:id', never), ready: loading('Loading store'), unsettled: true },
  { name: 'store-down', path: at(2), options: asked('/api/stores/:id', down), ready: alert },
  { name: 'store-lost', path: at(0), ready: lost },
  { name: 'store-offline', path: at(4), ready: offline },

  { name: 'overview', path: '/overview', ready: (visitor) => visitor.page.getByRole('img', { name: 'Your latest' }).waitFor() },
  { name: 'overview-everyone', path: '/overview', world: admin, ready: text('failure so far') },
  {
    name: 'overview-unwell',
    path: '/overview',
    options: asked('/api/health', () => Response.json({ state: 'unavailable', version: '0.1.0', dependencies: { postgres: 'down', kubernetes: 'up' } }, { status: 503 })),
    ready: text('Unavailable'),
  },
  { name: 'overview-empty', path: '/overview', world: () => new World(), ready: text('No stores yet.') },
  { name: 'overview-loading', path: '/overview', options: asked('/api/metrics', never), ready: loading('Loading overview'), unsettled: true },
  { name: 'overview-down', path: '/overview', options: asked('/api/metrics', down), ready: alert },
  { name: 'overview-offline', path: '/overview', ready: offline },

  { name: 'audit', path: '/audit', world: admin, ready: text('Refused') },
  { name: 'audit-empty', path: '/audit', world: () => Object.assign(new World(), { admin: true }), ready: text('Nothing to see yet') },
  { name: 'audit-no-match', path: '/audit?actor=zoe', world: admin, ready: text('No entry matches') },
  { name: 'audit-forbidden', path: '/audit', ready: alert },
  { name: 'audit-loading', path: '/audit', world: admin, options: asked('/api/audit', never), ready: loading('Loading audit log'), unsettled: true },
  { name: 'audit-down', path: '/audit', world: admin, options: asked('/api/audit', down), ready: alert },
  { name: 'audit-offline', path: '/audit', world: admin, ready: offline },

  { name: 'account', path: '/stores', ready: dialog('Account: ada') },
  {
    name: 'account-refused',
    path: '/stores',
    options: { user: null, auth: 'oidc', first: [http.post(`${api}/api/auth/logout`, down)] },
    ready: async (visitor) => {
      await dialog('Account: ada')(visitor)
      await press('Sign out')(visitor)
      await alert(visitor)
    },
  },
  { name: 'not-found', path: '/nowhere', ready: text('There is no such page') },
]

/** Someone who has this view in front of them. */
export async function look(browser: Browser, view: View, options: Options): Promise<Visit> {
  const world = (view.world ?? smallWorld)()
  const visitor = await visit(browser, world, { frozen: true, reducedMotion: true, ...view.options, ...options })
  const { page } = visitor
  await page.goto(dashboard + (typeof view.path === 'string' ? view.path : view.path(world)), { waitUntil: 'load' })
  await page.locator('h1, h2, [role=status][aria-label]').first().waitFor()
  await view.ready?.(visitor)
  await page.evaluate(() => document.fonts.ready)
  // Whatever is still coming in has come once no request is under way.
  if (view.unsettled !== true) await page.waitForLoadState('networkidle')
  return visitor
}
