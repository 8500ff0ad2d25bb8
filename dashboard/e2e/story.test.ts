import { http } from 'msw'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { World, largeWorld, smallWorld, timelineAt } from '../mocks/world.ts'
import { api, dashboard } from './harness.ts'
import { stage } from './stage.ts'

const { story } = stage()

/** Presses Tab until this has the focus, as one does without a mouse. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let pressed = 0; pressed < 80; pressed += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`Tab never comes to ${target.toString()}`)
}

test('the whole story by keyboard alone: sign in, create, watch it become ready, open the shop and the admin, delete', () =>
  story({ world: new World(), user: null }, async (visitor, world) => {
    const { page } = visitor
    const { keyboard } = page
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: dashboard })
    await page.goto(dashboard)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await keyboard.type('ada')
    await keyboard.press('Enter')
    await page.getByText('Your first store is moments away').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()

    await keyboard.press('n')
    await page.getByRole('heading', { name: 'New store' }).waitFor()
    await page.locator('#store-name:focus').waitFor()
    await page.getByText('0 of 10 used').waitFor()
    await page.getByText('5 of 5 left').waitFor()
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
    const elapsed = page.getByText('Elapsed').locator('xpath=following-sibling::*')
    await elapsed.getByText(/^\d+(\.\d)? s$/).waitFor()
    await elapsed.filter({ hasNotText: await elapsed.innerText() }).waitFor()
    visitor.push({ type: 'store', store: world.change(store.id, { status: 'Ready', readyAt: new Date(created + 7600).toISOString(), timeline: timelineAt('medusa', created, 9000) }) })
    await page.getByText('Ready 7.6 s after you asked for it').waitFor()
    // What a screen reader hears of it.
    await page.getByRole('status').getByText('Nordlicht Kerzen: Ready').waitFor()

    for (const [name, address] of [['Open shop', store.url], ['Open admin', store.adminUrl]] as const) {
      await tabTo(page, page.getByRole('link', { name }))
      const opened = page.waitForEvent('popup')
      await keyboard.press('Enter')
      const shop = await opened
      await shop.getByText('Blue Shirt').waitFor()
      assert.equal(shop.url().replace(/\/$/, ''), address)
      await shop.close()
      await page.bringToFront()
    }
    await tabTo(page, page.getByRole('button', { name: 'Show login' }))
    await keyboard.press('Enter')
    await page.getByText('correct-horse-battery').waitFor()
    await tabTo(page, page.getByRole('button', { name: 'Copy password' }))
    await keyboard.press('Enter')
    await page.getByRole('status').getByText('Copied').waitFor()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'correct-horse-battery')

    await tabTo(page, page.getByRole('button', { name: 'Delete', exact: true }))
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
    await page.getByRole('alert').getByText('This store is gone').waitFor()
    await tabTo(page, page.getByRole('link', { name: 'Back to your stores' }))
    await keyboard.press('Enter')
    await page.getByText('Your first store is moments away').waitFor()
  }))

test('everything else by keyboard, too: skip link, views, filters, tabs, account', () =>
  story({}, async ({ page }, world) => {
    const { keyboard } = page
    await page.goto(`${dashboard}/stores`)
    await page.getByText('12 stores').waitFor()
    await keyboard.press('Tab')
    await page.getByRole('link', { name: 'Skip to content' }).and(page.locator(':focus')).waitFor()
    await keyboard.press('Enter')
    await page.locator('#main:focus').waitFor()

    await tabTo(page, page.getByRole('radio', { name: 'Table' }))
    await keyboard.press('ArrowRight')
    await page.getByRole('article').first().waitFor()
    await tabTo(page, page.getByRole('combobox', { name: 'Filter by engine' }))
    await keyboard.type('Med')
    await page.getByText('4 matches').waitFor()
    await tabTo(page, page.getByRole('radio', { name: 'All' }))
    for (const [status, found] of [['Ready', '2 matches'], ['Setting up', 'No match'], ['Queued', '1 match']] as const) {
      await keyboard.press('ArrowRight')
      await page.getByRole('radio', { name: status, checked: true }).waitFor()
      await page.getByText(found, { exact: true }).waitFor()
    }
    const [, queued] = world.stores
    assert.ok(queued)
    await tabTo(page, page.getByRole('link', { name: queued.name, exact: true }))
    await keyboard.press('Enter')
    await page.getByRole('heading', { name: queued.name }).waitFor()

    await tabTo(page, page.getByRole('tab', { name: 'Timeline' }))
    await keyboard.press('ArrowRight')
    await page.getByText('Started container app.').waitFor()
    await keyboard.press('ArrowRight')
    await page.getByRole('region', { name: 'Log lines' }).waitFor()

    const account = page.getByRole('button', { name: 'Account: ada' })
    await tabTo(page, account)
    await keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').and(page.locator(':focus')).waitFor()
    await tabTo(page, dialog.getByRole('radio', { name: 'System' }))
    await keyboard.press('ArrowLeft')
    await page.locator('html[data-theme=dark]').waitFor()
    await keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await account.and(page.locator(':focus')).waitFor()

    await keyboard.press('Enter')
    await dialog.getByRole('textbox').and(page.locator(':focus')).waitFor()
    const asked = page.waitForRequest((request) => request.headers()['x-user-id'] === 'grace')
    await keyboard.type('grace')
    await keyboard.press('Enter')
    await page.getByRole('button', { name: 'Account: grace' }).waitFor()
    await asked
  }))

test('a store that is being set up shows its steps in the table and in the cards from the first answer on', () =>
  story({}, async (visitor) => {
    // Nothing is pushed.
    visitor.mute = true
    const { page } = visitor
    for (const [path, entry] of [['/stores', page.getByRole('row')], ['/stores?view=cards', page.getByRole('article')]] as const) {
      await page.goto(dashboard + path)
      const store = entry.filter({ hasText: 'Blue Harbour Goods' })
      await store.getByRole('img', { name: '3 of 6 steps done' }).waitFor()
      await store.getByText(/ · 3 of 6/).waitFor()
    }
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
    await page.getByRole('link', { name: 'Next' }).click()
    await page.waitForURL(/cursor=25/)
    await page.goBack()
    await page.waitForURL((url) => !url.search.includes('cursor') && url.search.includes('sort=name'))
    await page.getByRole('radio', { name: /Failed/, checked: true }).waitFor()
  }))

test('a failed store is created again as it was, and stays until it is deleted', () =>
  story({}, async ({ page }, world) => {
    const [, , , , failed] = world.stores
    assert.ok(failed)
    await page.goto(`${dashboard}/stores/${failed.id}`)
    await page.getByRole('link', { name: 'Create it again' }).click()
    await page.getByRole('radio', { name: /MedusaJS/, checked: true }).waitFor()
    assert.equal(await page.getByLabel('Name').inputValue(), failed.name)
    await page.getByRole('button', { name: 'Create store' }).click()
    await page.getByText('Next in line').waitFor()
    assert.deepEqual([world.stores[0]?.name, world.stores[0]?.engine, failed.status], [failed.name, 'medusa', 'Failed'])
  }))

test('the audit log is filtered by what is typed, however fast, and by what the API calls an action', () =>
  story({ world: Object.assign(smallWorld(), { admin: true }) }, async ({ page }) => {
    await page.goto(`${dashboard}/audit`)
    const rows = page.getByRole('row').filter({ hasText: /create|delete/i })
    await rows.filter({ hasText: 'ada' }).first().waitFor()
    const who = page.getByRole('textbox', { name: 'User' })
    await who.pressSequentially('grace')
    await page.waitForURL(/actor=grace/)
    await rows.filter({ hasText: 'ada' }).first().waitFor({ state: 'detached' })
    assert.equal(await who.inputValue(), 'grace')
    assert.ok((await rows.count()) > 0)
    const asked = page.waitForRequest(/action=store\.reveal_admin_login/)
    await page.getByRole('combobox', { name: 'Action' }).selectOption('See admin login')
    await asked
    await page.getByText('No entry matches').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await rows.filter({ hasText: 'ada' }).first().waitFor()
    assert.equal(await who.inputValue(), '')
  }))

test('what a store uses is shown against what it may use', () =>
  story({}, async ({ page }, world) => {
    await page.goto(`${dashboard}/stores/${world.stores[2]?.id ?? ''}`)
    const panel = page.getByRole('region', { name: 'Resource use' })
    await panel.getByText('of 2 cores').waitFor()
    await panel.getByText(/^[34]\d\d MiB$/).waitFor()
    await panel.getByText('of 4 GiB').waitFor()
  }))

test('the overview counts one’s own stores, and an admin’s everyone’s, and leads to what it counts', async () => {
  const shared = (is: boolean): World => {
    const world = Object.assign(smallWorld(), { admin: is })
    for (const store of world.stores.slice(2, 5)) store.owner = 'grace'
    return world
  }
  for (const [is, ready, found] of [[false, '5', '5 matches'], [true, '7', '7 matches']] as const) {
    await story({ world: shared(is) }, async ({ page }) => {
      await page.goto(`${dashboard}/overview`)
      await page.getByRole('link', { name: `Ready ${ready}` }).click()
      await page.getByText(found, { exact: true }).waitFor()
    })
  }
})

test('the overview says which part of the platform is down', () => {
  const unwell = () => Response.json({ state: 'unavailable', version: '0.1.0', dependencies: { postgres: 'down', kubernetes: 'up' } }, { status: 503 })
  return story({ first: [http.get(`${api}/api/health`, unwell)] }, async ({ page }) => {
    await page.goto(`${dashboard}/overview`)
    const part = (name: string) => page.getByRole('region', { name: 'Platform' }).getByRole('listitem').filter({ hasText: name })
    await part('PostgreSQL').getByText('Down').waitFor()
    await part('Kubernetes').getByText('Up').waitFor()
    await part('API').getByText('Unavailable').waitFor()
  })
})

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
    await page.getByText('correct-horse-battery').waitFor({ state: 'detached' })
  })
})

test('what a view begins with is asked while its code is on its way, and nothing is asked twice', async () => {
  const beginnings = { '/stores': '/api/stores?limit=25', '/stores/new': '/api/engines', '/overview': '/api/metrics' }
  for (const [path, question] of Object.entries({ ...beginnings, '/stores/:id': '/api/stores/:id' })) {
    const world = smallWorld()
    const here = (text: string): string => text.replace(':id', world.stores[2]?.id ?? '')
    // It pushes nothing, so that nothing has to be asked again.
    const first = [http.get(`${api}/api/openapi.json`, () => Response.json({ paths: { '/api/me': {} } }))]
    await story({ world, first }, async ({ page, context }) => {
      const asked: string[] = []
      page.on('request', (request) => {
        if (request.url().startsWith(api) && request.method() === 'GET') asked.push(request.url().slice(api.length))
      })
      const begun = Promise.all([question, '/api/me'].map((one) => page.waitForResponse(api + here(one))))
      await context.route('**/assets/first-view-*.js', async (route) => {
        await begun
        await route.continue()
      })
      await page.goto(dashboard + here(path))
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('networkidle')
      assert.deepEqual(asked.toSorted(), [...new Set(asked)].sort(), path)
    })
  }
})
