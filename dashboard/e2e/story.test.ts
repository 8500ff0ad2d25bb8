import AxeBuilder from '@axe-core/playwright'
import { http } from 'msw'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { PreviewServer } from 'vite'
import { problem } from '../mocks/handlers.ts'
import { World, largeWorld, smallWorld, timelineAt } from '../mocks/world.ts'
import { type Visit, api, dashboard, launch, serve, visit } from './harness.ts'

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

/** Runs a story, and fails it when the page threw an error on the way. */
async function story(options: { world?: World } & Parameters<typeof visit>[2], tell: (visitor: Visit, world: World) => Promise<unknown>): Promise<void> {
  const world = options.world ?? smallWorld()
  const visitor = await visit(browser, world, options)
  visitor.page.setDefaultTimeout(15_000)
  try {
    await tell(visitor, world)
    assert.deepEqual(visitor.errors, [])
  } finally {
    await visitor.close()
  }
}

test('the whole story by keyboard alone: sign in, create, watch it become ready, delete', () =>
  story({ world: new World(), user: null }, async (visitor, world) => {
    const { page } = visitor
    const { keyboard } = page
    await page.goto(dashboard)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await keyboard.type('ada')
    await keyboard.press('Enter')
    await page.getByText('Your first store is moments away').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()

    await keyboard.press('n')
    await page.getByRole('heading', { name: 'New store' }).waitFor()
    await page.locator('#store-name:focus').waitFor()
    await keyboard.press('Shift+Tab')
    await keyboard.press('ArrowDown')
    assert.equal(await page.getByRole('radio', { name: /MedusaJS/ }).isChecked(), true)
    await keyboard.press('Tab')
    await keyboard.type('Nordlicht Kerzen')
    await keyboard.press('Enter')

    await page.getByRole('heading', { name: 'Nordlicht Kerzen' }).waitFor()
    await page.getByText('Next in line').waitFor()
    const store = world.stores[0]
    assert.ok(store)
    assert.deepEqual([store.engine, store.owner], ['medusa', 'ada'])
    const created = Date.parse(store.createdAt)
    visitor.push({ type: 'store', store: world.change(store.id, { status: 'Provisioning', queuePosition: null, timeline: timelineAt('medusa', created, 3900) }) })
    await page.getByText('Setting up your store').waitFor()
    visitor.push({ type: 'store', store: world.change(store.id, { status: 'Ready', readyAt: new Date(created + 7600).toISOString(), timeline: timelineAt('medusa', created, 9000) }) })
    await page.getByText('Ready 7.6 s after you asked for it').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Open shop' }).getAttribute('href'), store.url)

    await page.getByRole('button', { name: 'Delete', exact: true }).focus()
    await keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await dialog.getByRole('textbox').waitFor()
    await keyboard.press('Enter')
    await keyboard.type('Nordlicht')
    await keyboard.press('Enter')
    assert.equal(store.status, 'Ready', 'half a name deletes nothing')
    await keyboard.type(' Kerzen')
    await keyboard.press('Enter')
    await page.getByText('Being deleted').first().waitFor()
    world.remove(store.id)
    visitor.push({ type: 'deleted', id: store.id })
    await page.getByText('This store is gone').waitFor()
    await page.getByRole('link', { name: 'Back to your stores' }).focus()
    await keyboard.press('Enter')
    await page.getByText('Your first store is moments away').waitFor()
  }))

test('search, filters, sort and pages are in the address, and back goes back', () =>
  story({ world: largeWorld(10_000) }, async ({ page }) => {
    await page.goto(`${dashboard}/stores`)
    await page.getByText('10,000 stores').waitFor()
    await page.getByRole('link', { name: 'Next' }).click()
    await page.waitForURL(/cursor=25/)
    await page.getByRole('link', { name: 'Previous' }).click()
    await page.waitForURL((url) => !url.search.includes('cursor'))
    await page.keyboard.press('/')
    await page.keyboard.type('tea 83')
    await page.waitForURL(/q=tea\+83/)
    await page.getByText(/^\d+ matches$/).waitFor()
    await page.getByRole('radio', { name: /Failed/ }).press('Space')
    await page.waitForURL(/status=Failed/)
    await page.getByRole('searchbox').press('Escape')
    await page.waitForURL((url) => !url.search.includes('q='))
    await page.getByRole('button', { name: 'Store', exact: true }).click()
    await page.waitForURL(/sort=name/)
  }))

test('a lost connection is told, changes still come, and go on live afterwards', () =>
  story({}, async (visitor, world) => {
    const { page } = visitor
    await page.goto(`${dashboard}/stores`)
    await page.getByText('Live', { exact: true }).waitFor()
    await visitor.dropSockets()
    await page.getByText('Connection lost').waitFor()
    const queued = world.stores[1]
    assert.ok(queued)
    world.change(queued.id, { status: 'Failed', message: 'No space left.' })
    await page.getByRole('row', { name: /Nordlicht/ }).getByText('Failed').waitFor()
    visitor.mute = false
    await page.getByText('Connection lost').waitFor({ state: 'detached' })
  }))

test('the API gone and back: what was loaded stays, and heals by itself', () =>
  story({}, async (visitor) => {
    const { page } = visitor
    await page.goto(`${dashboard}/stores`)
    await page.getByText('12 stores').waitFor()
    visitor.down = true
    await visitor.dropSockets()
    await page.getByRole('alert').getByText('The API can’t be reached').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Café Olé', exact: true }).isVisible(), true)
    visitor.down = false
    visitor.mute = false
    await page.getByRole('alert').waitFor({ state: 'detached' })
  }))

test('a 401 in the middle leads to the sign-in and back', () => {
  let out = false
  const first = [http.get(`${api}/api/stores`, () => (out ? problem(401, 'unauthenticated', 'It is not known who calls.') : undefined))]
  return story({ first }, async ({ page }) => {
    await page.goto(`${dashboard}/stores`)
    await page.getByText('12 stores').waitFor()
    await page.getByRole('radio', { name: /Failed/ }).focus()
    out = true
    await page.keyboard.press('Space')
    await page.getByText('Your session has ended').waitFor()
    out = false
    await page.getByLabel('User name').fill('ada')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Stores' }).waitFor()
  })
})

test('OIDC: signed in by the API, thrown out in the middle, signed out on request', () => {
  let inside = false
  let left = 0
  const names: (string | null)[] = []
  const first = [
    http.all(`${api}/api/*`, ({ request }) => {
      names.push(request.headers.get('x-user-id'))
      const open = /openapi|health|metrics/.test(request.url)
      return inside || open ? undefined : problem(401, 'unauthenticated', 'Nobody is signed in.')
    }),
    http.post(`${api}/api/auth/logout`, () => {
      left += 1
      return undefined
    }),
  ]
  return story({ auth: 'oidc', user: null, first }, async ({ page }) => {
    await page.goto(`${dashboard}/stores?status=Failed`)
    const way = page.getByRole('link', { name: 'Sign in' })
    await way.waitFor()
    assert.equal(await page.getByRole('alert').count(), 0, 'who never was in is not told that a session ended')
    assert.equal(await way.getAttribute('href'), `${api}/api/auth/login?return_to=${encodeURIComponent(`${dashboard}/stores?status=Failed`)}`)

    inside = true
    await page.reload()
    await page.getByText('1 match').waitFor()
    await page.getByRole('button', { name: 'Account: ada' }).waitFor()

    await page.getByRole('radio', { name: /Ready/ }).focus()
    inside = false
    await page.keyboard.press('Space')
    await page.getByText('Your session has ended').waitFor()

    inside = true
    await page.reload()
    await page.getByRole('button', { name: 'Account: ada' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out').waitFor()
    assert.equal(left, 1)
    assert.deepEqual([...new Set(names)], [null], 'in this mode nobody says who they are by a header')
  })
})

test('after a break the live connection goes on from where it was', () =>
  story({}, async (visitor, world) => {
    const { page } = visitor
    await page.goto(`${dashboard}/stores`)
    await page.getByText('Live', { exact: true }).waitFor()
    const [, queued] = world.stores
    assert.ok(queued)
    visitor.push({ type: 'store', store: world.change(queued.id, { queuePosition: 1 }) })
    await page.getByRole('row', { name: /Nordlicht/ }).getByText('Next in line').waitFor()
    await visitor.dropSockets()
    await page.getByText('Connection lost').waitFor()
    visitor.mute = false
    await page.getByText('Live', { exact: true }).waitFor()
    assert.deepEqual([visitor.followed[0], visitor.followed.at(-1)], [null, '1'])
  }))

test('offline is told, and what was loaded stays', () =>
  story({}, async ({ page, context }) => {
    await page.goto(`${dashboard}/stores`)
    await page.getByText('Live', { exact: true }).waitFor()
    await context.setOffline(true)
    await page.getByText('You are offline').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Café Olé', exact: true }).isVisible(), true)
    await context.setOffline(false)
    await page.getByText('You are offline').waitFor({ state: 'detached' })
    await page.getByText('Live', { exact: true }).waitFor()
  }))

test('a slow API: the shape of the list is there at once, the rows when they come', () =>
  story({}, async (visitor) => {
    visitor.delay = 1500
    await visitor.page.goto(`${dashboard}/stores`)
    await visitor.page.getByRole('status', { name: 'Loading stores' }).waitFor()
    await visitor.page.getByText('12 stores').waitFor()
  }))

test('what a store uses is shown against what it may use', () =>
  story({}, async ({ page }, world) => {
    await page.goto(`${dashboard}/stores/${world.stores[2]?.id ?? ''}`)
    const panel = page.getByRole('region', { name: 'Resource use' })
    await panel.getByText('of 2 cores').waitFor()
    await panel.getByText(/^[34]\d\d MiB$/).waitFor()
    await panel.getByText('of 4 GiB').waitFor()
  }))

test('errors of the server stand at the right field, and limits say when to come back', () => {
  let answer = () => problem(422, 'validation_failed', 'A field is wrong.', { errors: [{ field: 'name', message: 'This name is on the list of names that are not allowed.' }] })
  return story({ first: [http.post(`${api}/api/stores`, () => answer())] }, async ({ page }) => {
    await page.goto(`${dashboard}/stores/new`)
    const name = page.getByLabel('Name')
    await name.fill('shop;drop')
    await page.getByText('Use letters, digits, spaces').waitFor()
    await name.fill('Blue Harbour Goods')
    await page.getByRole('button', { name: 'Create store' }).click()
    await page.locator('#store-name-note').getByText('not allowed').waitFor()
    assert.equal(await name.getAttribute('aria-invalid'), 'true')
    answer = () => problem(429, 'user_creation_rate_exceeded', 'You have made 5 stores within the hour.', { headers: { 'retry-after': '1260' } })
    await name.fill('Blue Harbour')
    await page.getByRole('button', { name: 'Create store' }).click()
    await page.getByRole('alert').getByText('Try again in 21 min').first().waitFor()
  })
})

test('a lost answer makes no second store: the same request is sent again under the same key', () => {
  const keys: (string | null)[] = []
  const first = [
    http.post(`${api}/api/stores`, ({ request }) => {
      keys.push(request.headers.get('idempotency-key'))
      return keys.length === 1 ? problem(503, 'timeout', 'It took too long.') : undefined
    }),
  ]
  return story({ first }, async ({ page }) => {
    await page.goto(`${dashboard}/stores/new`)
    await page.getByLabel('Name').fill('Blue Harbour Goods')
    await page.getByRole('button', { name: 'Create store' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByRole('button', { name: 'Create store' }).click()
    await page.getByRole('heading', { name: 'Blue Harbour Goods' }).waitFor()
    assert.equal(keys.length, 2)
    assert.equal(keys[0], keys[1])
  })
})

test('a store deleted by someone else while its page is open', () =>
  story({}, async (visitor, world) => {
    const store = world.stores[2]
    assert.ok(store)
    await visitor.page.goto(`${dashboard}/stores/${store.id}`)
    await visitor.page.getByRole('heading', { name: store.name }).waitFor()
    await visitor.page.getByText('Live', { exact: true }).waitFor()
    world.remove(store.id)
    visitor.push({ type: 'deleted', id: store.id })
    await visitor.page.getByText('This store is gone').waitFor()
  }))

test('the admin login is asked for only on request', () => {
  let asked = 0
  const first = [http.post(`${api}/api/stores/:id/admin-login`, () => void (asked += 1))]
  return story({ first }, async ({ page }, world) => {
    await page.goto(`${dashboard}/stores/${world.stores[2]?.id ?? ''}`)
    await page.getByRole('button', { name: 'Show login' }).waitFor()
    assert.equal(asked, 0)
    await page.getByRole('button', { name: 'Show login' }).click()
    await page.getByText('correct-horse-battery').waitFor()
    await page.getByRole('button', { name: 'Hide' }).click()
    assert.equal(await page.getByText('correct-horse-battery').count(), 0)
  })
})

const views: [string, (world: World) => string, ((visitor: Visit) => Promise<unknown>)?][] = [
  ['table', () => '/stores'],
  ['cards', () => '/stores?view=cards'],
  ['no match', () => '/stores?q=zebra'],
  ['create', () => '/stores/new', (visitor) => visitor.page.getByLabel('Name').fill('$')],
  ['a store in the making', (world) => `/stores/${world.stores[0]?.id ?? ''}`],
  ['a ready store', (world) => `/stores/${world.stores[2]?.id ?? ''}`],
  ['a failed store', (world) => `/stores/${world.stores[4]?.id ?? ''}`],
  ['a log', (world) => `/stores/${world.stores[6]?.id ?? ''}`, (visitor) => visitor.page.getByRole('tab', { name: 'Logs' }).click()],
  ['the question before deleting', (world) => `/stores/${world.stores[2]?.id ?? ''}`, (visitor) => visitor.page.getByRole('button', { name: 'Delete', exact: true }).click().then(() => visitor.page.getByRole('dialog').waitFor())],
  ['overview', () => '/overview', (visitor) => visitor.page.locator('.recharts-bar-rectangle').first().waitFor()],
  ['audit log', () => '/audit', (visitor) => visitor.page.getByText('Refused').filter({ visible: true }).first().waitFor()],
  ['account', () => '/stores', (visitor) => visitor.page.getByRole('button', { name: 'Account: ada' }).click().then(() => visitor.page.getByRole('dialog').waitFor())],
  ['no such page', () => '/nowhere'],
]

for (const width of [320, 390]) {
  test(`no view is wider than a screen of ${width} pixels`, async (context) => {
    for (const [name, path, act] of views) {
      await context.test(name, () =>
        story({ world: Object.assign(smallWorld(), { admin: true }), width, height: 844, reducedMotion: true }, async (visitor, world) => {
          await visitor.page.goto(dashboard + path(world))
          await visitor.page.locator('h1, h2').first().waitFor()
          await act?.(visitor)
          await visitor.page.waitForLoadState('networkidle')
          assert.equal(await visitor.page.evaluate(() => document.documentElement.scrollWidth), width)
        }),
      )
    }
  })
}

for (const dark of [false, true]) {
  test(`axe finds nothing in any view, ${dark ? 'dark' : 'light'}`, async (context) => {
    for (const [name, path, act] of views) {
      await context.test(name, () =>
        story({ world: Object.assign(smallWorld(), { admin: true }), dark, reducedMotion: true, frozen: true }, async (visitor, world) => {
          await visitor.page.goto(dashboard + path(world))
          await visitor.page.locator('h1, h2').first().waitFor()
          await act?.(visitor)
          await visitor.page.waitForLoadState('networkidle')
          const { violations } = await new AxeBuilder({ page: visitor.page }).exclude('iframe').analyze()
          assert.deepEqual(
            violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`)),
            [],
          )
        }),
      )
    }
  })
}
