import { http } from 'msw'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problem } from '../mocks/handlers.ts'
import { type World, smallWorld, timelineAt } from '../mocks/world.ts'
import { api, dashboard } from './harness.ts'
import { stage } from './stage.ts'

const { story } = stage()

const down = () => problem(503, 'database_unavailable', 'The database does not answer.')
const unauthenticated = () => problem(401, 'unauthenticated', 'It is not known who calls.')
const admin = (): World => Object.assign(smallWorld(), { admin: true })

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

test('a lost connection on a store’s page: its steps are asked for', () =>
  story({}, async (visitor, world) => {
    const { page } = visitor
    const [store] = world.stores
    assert.ok(store)
    await page.goto(`${dashboard}/stores/${store.id}`)
    await page.getByText('Live', { exact: true }).waitFor()
    await visitor.dropSockets()
    await page.getByText('Connection lost').waitFor()
    const created = Date.parse(store.createdAt)
    world.change(store.id, { timeline: timelineAt(store.engine, created, 6500) })
    await page.getByRole('status').getByText('Products and admin: done').waitFor()
    world.change(store.id, { status: 'Ready', readyAt: new Date(created + 7600).toISOString() })
    await page.getByText('Ready 7.6 s after you asked for it').waitFor()
  }))

test('an API that pushes nothing is asked, and nothing is called lost', () => {
  const first = [http.get(`${api}/api/openapi.json`, () => Response.json({ openapi: '3.1.0', paths: { '/api/stores': {} } }))]
  return story({ first }, async (visitor, world) => {
    const { page } = visitor
    await page.goto(`${dashboard}/stores`)
    await page.getByText('Every 5 s', { exact: true }).waitFor()
    const [, queued] = world.stores
    assert.ok(queued)
    world.change(queued.id, { queuePosition: 1 })
    await page.getByRole('row', { name: /Nordlicht/ }).getByText('Next in line').waitFor()
    assert.equal(await page.getByText('Connection lost').count(), 0)
    assert.deepEqual(visitor.followed, [])
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

test('what an admin sees of everyone’s stores is pushed, and only then', () =>
  story({ world: admin() }, async (visitor, world) => {
    const { page } = visitor
    const [, queued] = world.stores
    assert.ok(queued)
    queued.owner = 'grace'
    await page.goto(`${dashboard}/stores`)
    await page.getByText('11 stores').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    assert.deepEqual([...new Set(visitor.scopes)], [null])
    await page.getByRole('checkbox', { name: 'Everyone’s stores' }).check()
    await page.getByRole('row', { name: /Nordlicht/ }).getByText('2nd in line').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    assert.equal(visitor.scopes.at(-1), 'all')
    visitor.push({ type: 'store', store: { ...queued, queuePosition: 1 } })
    await page.getByRole('row', { name: /Nordlicht/ }).getByText('Next in line').waitFor()
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

test('the API gone before anything was loaded: it is told, and heals by itself', () =>
  story({}, async (visitor) => {
    const { page } = visitor
    visitor.down = true
    await page.goto(`${dashboard}/stores`)
    await page.getByRole('alert').getByText('The API can’t be reached').waitFor()
    visitor.down = false
    await page.getByText('12 stores').waitFor()
  }))

// Each view with what it can't do without, and with what shows that it has it.
for (const [name, path, needed, shown] of [
  ['the list', () => '/stores', '/api/stores', '12 stores'],
  ['the form', () => '/stores/new', '/api/engines', 'WooCommerce'],
  ['a store', (world) => `/stores/${world.stores[4]?.id ?? ''}`, '/api/stores/:id', 'The store could not be set up'],
  ['the overview', () => '/overview', '/api/metrics', 'By status'],
  ['the audit log', () => '/audit', '/api/audit', 'Refused'],
] as [string, (world: World) => string, string, string][]) {
  test(`the database gone: ${name} says so until there is an answer, without flicker, and then shows it by itself`, () => {
    let asked = 0
    let broken = true
    const again = Promise.withResolvers<undefined>()
    const first = [
      http.get(api + needed, () => {
        asked += 1
        // One question is three attempts; the sixth is the last of another one, which nobody pressed for.
        if (asked === 6) again.resolve(undefined)
        return broken ? down() : undefined
      }),
    ]
    return story({ world: admin(), first }, async ({ page }, world) => {
      await page.goto(dashboard + path(world))
      await page.getByRole('alert').getByText('The API has a problem').waitFor()
      await page.evaluate(() => {
        const alert = document.querySelector('[role=alert]')
        Object.assign(window, { flickered: false })
        new MutationObserver(() => {
          if (alert?.isConnected === false) Object.assign(window, { flickered: true })
        }).observe(document.body, { childList: true, subtree: true })
      })
      await again.promise
      assert.equal(await page.evaluate(() => (window as unknown as { flickered: boolean }).flickered), false)
      broken = false
      await page.getByRole('alert').waitFor({ state: 'detached' })
      await page.getByText(shown).filter({ visible: true }).first().waitFor()
    })
  })
}

test('a filter whose answer is an error: that stands in the place of the list, until another try', () => {
  let broken = false
  // Such an error is meant, so it isn't asked again by itself.
  const refused = () => problem(400, 'invalid_query', 'A parameter is wrong.')
  return story({ first: [http.get(`${api}/api/stores`, () => (broken ? refused() : undefined))] }, async ({ page }) => {
    await page.goto(`${dashboard}/stores`)
    await page.getByText('12 stores').waitFor()
    broken = true
    await page.getByRole('radio', { name: /Failed/ }).press('Space')
    await page.getByRole('alert').getByText('The API refused this').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Café Olé', exact: true }).count(), 0)
    broken = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('1 match').waitFor()
    await page.getByRole('alert').waitFor({ state: 'detached' })
  })
})

test('too many requests: it says when to come back, and comes back itself, not sooner', () => {
  let asked = 0
  let until = 0
  const first = [
    http.get(`${api}/api/stores`, () => {
      asked += 1
      until ||= performance.now() + 7000
      const left = Math.ceil((until - performance.now()) / 1000)
      return left > 0 ? problem(429, 'request_rate_exceeded', 'Too many requests.', { headers: { 'retry-after': String(left) } }) : undefined
    }),
  ]
  return story({ first }, async ({ page }) => {
    await page.goto(`${dashboard}/stores`)
    const alert = page.getByRole('alert')
    await alert.getByText('Too many requests', { exact: true }).waitFor()
    await alert.getByText(/^Try again in \d/).first().waitFor({ state: 'attached' })
    assert.equal(await alert.getByRole('button', { name: 'Try again' }).isDisabled(), true)
    await page.getByText('12 stores').waitFor()
    // Once ahead of the view, once by the view if the answer was there before it, and once when the time was over.
    assert.ok(asked <= 3, `asked ${asked} times`)
  })
})

test('a slow API: the shape of the list is there at once, the rows when they come', () =>
  story({}, async (visitor) => {
    visitor.delay = 1500
    await visitor.page.goto(`${dashboard}/stores`)
    await visitor.page.getByRole('status', { name: 'Loading stores' }).waitFor()
    await visitor.page.getByText('12 stores').waitFor()
  }))

test('a slow API: what was asked for before stays until the answer is there', () =>
  story({}, async (visitor) => {
    const { page } = visitor
    await page.goto(`${dashboard}/stores`)
    await page.getByText('12 stores').waitFor()
    const asked = page.waitForRequest(/status=Failed/)
    visitor.delay = 1500
    await page.getByRole('radio', { name: /Failed/ }).press('Space')
    await asked
    assert.equal(await page.getByRole('link', { name: 'Café Olé', exact: true }).isVisible(), true)
    await page.getByText('1 match').waitFor()
    await page.getByRole('link', { name: 'Café Olé', exact: true }).waitFor({ state: 'detached' })
  }))

test('an API that doesn’t answer at all: after the time limit it is told, and the page keeps trying', () => {
  let asked = 0
  const first = [http.get(`${api}/api/stores`, () => ((asked += 1) === 1 ? new Promise<Response>(() => undefined) : undefined))]
  return story({ first }, async ({ page }) => {
    await page.goto(`${dashboard}/stores`)
    await page.getByRole('alert').getByText('The API takes too long to answer').waitFor()
    assert.equal(asked, 1, 'nobody waits for the time limit twice before they are told')
    await page.getByText('12 stores').waitFor()
  })
})

test('a 401 in the middle leads to the sign-in and back', () => {
  let out = false
  const first = [http.get(`${api}/api/stores`, () => (out ? unauthenticated() : undefined))]
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

test('a 401 on a store’s page, at the press of a button: after the sign-in one is where one was', () => {
  let out = false
  const first = [http.delete(`${api}/api/stores/:id`, () => (out ? unauthenticated() : undefined))]
  return story({ first }, async ({ page }, world) => {
    const store = world.stores[2]
    assert.ok(store)
    await page.goto(`${dashboard}/stores/${store.id}`)
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    out = true
    await page.getByRole('dialog').getByRole('textbox').fill(store.name)
    await page.keyboard.press('Enter')
    await page.getByText('Your session has ended').waitFor()
    out = false
    await page.getByLabel('User name').fill('ada')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: store.name }).waitFor()
    assert.equal(store.status, 'Ready')
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

for (const [name, path, shown] of [
  ['the list', () => '/stores', 'Café Olé'],
  ['the form', () => '/stores/new', 'Your limits'],
  ['a store', (world) => `/stores/${world.stores[4]?.id ?? ''}`, 'The store could not be set up'],
  ['the overview', () => '/overview', 'By status'],
  ['the audit log', () => '/audit', 'Refused'],
] as [string, (world: World) => string, string][]) {
  test(`offline is told at ${name}, and what was loaded stays`, () =>
    story({ world: admin() }, async (visitor, world) => {
      const { page, context } = visitor
      const content = page.getByText(shown).filter({ visible: true }).first()
      await page.goto(dashboard + path(world))
      await content.waitFor()
      await page.getByText('Live', { exact: true }).waitFor()
      await context.setOffline(true)
      await page.getByText('You are offline').waitFor()
      assert.equal(await content.isVisible(), true)
      await context.setOffline(false)
      await page.getByText('You are offline').waitFor({ state: 'detached' })
      await page.getByText('Live', { exact: true }).waitFor()
    }))
}

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

test('a store deleted by someone else while one is asked whether to delete it', () =>
  story({}, async (visitor, world) => {
    const { page } = visitor
    const store = world.stores[2]
    assert.ok(store)
    await page.goto(`${dashboard}/stores/${store.id}`)
    await visitor.live()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('dialog').waitFor()
    world.remove(store.id)
    visitor.push({ type: 'deleted', id: store.id })
    await page.getByText('This store is gone').waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Back to your stores' }).click()
    await page.getByText('11 stores').waitFor()
  }))

test('a store deleted by someone else while the connection is lost', () =>
  story({}, async (visitor, world) => {
    const { page } = visitor
    const store = world.stores[2]
    assert.ok(store)
    await page.goto(`${dashboard}/stores/${store.id}`)
    await page.getByRole('heading', { name: store.name }).waitFor()
    await visitor.dropSockets()
    world.remove(store.id)
    await page.getByText('This store is gone').waitFor()
  }))

test('a part of the page that can’t be loaded is told, with a way out', () =>
  story({}, async ({ page, context }) => {
    await page.goto(`${dashboard}/stores`)
    await page.getByText('12 stores').waitFor()
    // As after a new release, which has other files.
    await context.route(/\/assets\/overview-.*\.js/, (route) => route.fulfill({ status: 404 }))
    await page.getByRole('link', { name: 'Overview' }).filter({ visible: true }).click()
    await page.getByRole('alert').getByText('This page has a problem').waitFor()
    await context.unrouteAll()
    await page.getByRole('button', { name: 'Reload' }).waitFor()
  }))
