import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launch } from '../harness.ts'
import { create, dashboard, follow, goneWithin, preview, ready, readyWithin, remove, sampleProduct, signIn } from './owner.ts'

/**
 * The whole story on a running platform: nothing here is made up, neither the API nor the shops. scripts/test.sh says where it is; by hand:
 *
 *   PLATFORM_DASHBOARD=http://dashboard.localhost npm run e2e:platform
 */
const engines = (process.env.E2E_ENGINES ?? 'woocommerce,medusa').split(',')

interface Login {
  user: string
  password: string
}

/** How one signs in at the admin of each engine. */
const admins: Record<string, (page: Page, login: Login) => Promise<void>> = {
  woocommerce: async (page, { user, password }) => {
    // A moment after it was loaded, WordPress moves the focus there, and with it what is being typed elsewhere.
    await page.locator('#user_login:focus').waitFor()
    await page.getByLabel('Username or Email Address').fill(user)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Log In' }).click()
    await page.locator('#adminmenu').getByText('WooCommerce').first().waitFor()
  },
  medusa: async (page, { user, password }) => {
    await page.locator('input[name=email]').fill(user)
    await page.locator('input[name=password]').fill(password)
    await page.getByRole('button', { name: /Continue/ }).click()
    await page.getByRole('link', { name: 'Orders' }).first().waitFor()
  },
}

let browser: Browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

const secret = (page: Page, label: string): Promise<string> =>
  page.locator('div', { has: page.locator('dt', { hasText: new RegExp(`^${label}$`) }) }).last().locator('code').innerText()

/** The browser refuses to show a page in a frame of someone else's, and says so. */
async function refusesToBeFramed(page: Page, address: string): Promise<void> {
  // Nobody is there, but the ingress answers; a page that is made up would be refused for not coming from this machine.
  await page.goto(dashboard.replace('//dashboard.', '//elsewhere.'))
  const said = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'))
  await Promise.all([said, page.setContent(`<iframe src="${address}"></iframe>`)])
}

describe('on the platform', () => {
  for (const engine of engines) {
    test(`${engine}: sign in, create, watch it become ready, see its shop there, open shop and admin, delete`, { timeout: readyWithin + goneWithin + 120_000 }, async () => {
      const signInAtAdmin = admins[engine]
      assert.ok(signInAtAdmin, `this test knows no engine ${engine}`)
      const context = await browser.newContext({ locale: 'en-GB' })
      const page = await context.newPage()
      const errors: string[] = []
      // The preview is a page of the shop's, with errors of its own.
      page.on('pageerror', (error) => {
        if (error.stack?.includes(dashboard) === true) errors.push(error.message)
      })
      page.setDefaultTimeout(30_000)
      try {
        const name = `Browser ${engine}`
        await signIn(page, `e2e-browser-${engine}`)
        await create(page, engine, name)
        // Gone after a reload.
        await page.evaluate(() => Object.assign(window, { neverReloaded: true }))
        await ready(page)
        assert.equal(await page.evaluate(() => 'neverReloaded' in window), true)

        await sampleProduct(preview(page)).waitFor()
        const shop = await follow(page, 'Open shop')
        await sampleProduct(shop).waitFor()
        await shop.getByText('29.99').first().waitFor()
        await refusesToBeFramed(shop, shop.url())
        await shop.close()

        await page.getByRole('button', { name: 'Show login' }).click()
        await page.getByRole('button', { name: 'Hide' }).waitFor()
        const login = { user: await secret(page, 'User'), password: await secret(page, 'Password') }
        const admin = await follow(page, 'Open admin')
        admin.setDefaultTimeout(60_000)
        await signInAtAdmin(admin, login)
        await admin.close()

        await remove(page, name)
        assert.deepEqual(errors, [])
      } catch (error) {
        const shots = context.pages().map((_, index) => `${process.env.E2E_PICTURES ?? '/tmp'}/platform-${engine}-${String(index + 1)}.png`)
        await Promise.all(context.pages().map((open, index) => open.screenshot({ path: shots[index] })))
        throw new Error(`what the open pages looked like: ${shots.join(' ')}`, { cause: error })
      } finally {
        await context.close()
      }
    })
  }
})
