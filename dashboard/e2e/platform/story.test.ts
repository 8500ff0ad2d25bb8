import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launch } from '../harness.ts'

/**
 * The whole story on a running platform: nothing here is made up, neither the API nor the shops. scripts/test.sh says where it is; by hand:
 *
 *   PLATFORM_DASHBOARD=http://dashboard.localhost npm run e2e:platform
 */
const dashboard = process.env.PLATFORM_DASHBOARD
const engines = (process.env.E2E_ENGINES ?? 'woocommerce,medusa').split(',')
if (dashboard === undefined) throw new Error('PLATFORM_DASHBOARD is not set: run scripts/test.sh e2e, or set it to what scripts/status.sh shows as dashboard')

/** How long a store may take on a busy machine. */
const readyWithin = 300_000
const goneWithin = 60_000

interface Login {
  user: string
  password: string
}

/** What differs between the engines: how they are called, and how one signs in at their admin. */
const kinds: Record<string, { title: RegExp; admin: (page: Page, login: Login) => Promise<void> }> = {
  woocommerce: {
    title: /WooCommerce/,
    admin: async (page, { user, password }) => {
      // A moment after it was loaded, WordPress moves the focus there, and with it what is being typed elsewhere.
      await page.locator('#user_login:focus').waitFor()
      await page.getByLabel('Username or Email Address').fill(user)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Log In' }).click()
      await page.locator('#adminmenu').getByText('WooCommerce').first().waitFor()
    },
  },
  medusa: {
    title: /Medusa/,
    admin: async (page, { user, password }) => {
      await page.locator('input[name=email]').fill(user)
      await page.locator('input[name=password]').fill(password)
      await page.getByRole('button', { name: /Continue/ }).click()
      await page.getByRole('link', { name: 'Orders' }).first().waitFor()
    },
  },
}

let browser: Browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

/** Clicks a link that opens a page of its own. */
async function follow(page: Page, name: string): Promise<Page> {
  const opened = page.waitForEvent('popup')
  await page.getByRole('link', { name }).click()
  const popup = await opened
  await popup.waitForLoadState('domcontentloaded')
  return popup
}

const secret = (page: Page, label: string): Promise<string> =>
  page.locator('div', { has: page.locator('dt', { hasText: new RegExp(`^${label}$`) }) }).last().locator('code').innerText()

describe('on the platform', () => {
  for (const engine of engines) {
    test(`${engine}: sign in, create, watch it become ready, open shop and admin, delete`, { timeout: readyWithin + goneWithin + 120_000 }, async () => {
      const kind = kinds[engine]
      assert.ok(kind, `this test knows no engine ${engine}`)
      const context = await browser.newContext({ locale: 'en-GB' })
      const page = await context.newPage()
      const errors: string[] = []
      // The preview is a page of the shop's, with errors of its own.
      page.on('pageerror', (error) => {
        if (error.stack?.includes(dashboard) === true) errors.push(error.message)
      })
      page.setDefaultTimeout(30_000)
      try {
        await page.goto(dashboard)
        await page.getByRole('textbox').fill(`e2e-browser-${engine}`)
        await page.keyboard.press('Enter')
        await page.getByText('Live', { exact: true }).waitFor()

        await page.getByRole('link', { name: /new store|create/i }).first().click()
        await page.locator('label', { has: page.getByRole('radio', { name: kind.title }) }).click()
        const name = `Browser ${engine}`
        await page.getByLabel('Name').fill(name)
        await page.keyboard.press('Enter')
        await page.getByRole('heading', { name }).waitFor()
        // Gone after a reload.
        await page.evaluate(() => Object.assign(window, { neverReloaded: true }))
        await page.getByText(/^Ready .* after you asked for it/).waitFor({ timeout: readyWithin })
        assert.equal(await page.evaluate(() => 'neverReloaded' in window), true)

        const shop = await follow(page, 'Open shop')
        await shop.getByText('Blue Shirt').first().waitFor()
        await shop.getByText('29.99').first().waitFor()
        await shop.close()

        await page.getByRole('button', { name: 'Show login' }).click()
        await page.getByRole('button', { name: 'Hide' }).waitFor()
        const login = { user: await secret(page, 'User'), password: await secret(page, 'Password') }
        const admin = await follow(page, 'Open admin')
        admin.setDefaultTimeout(60_000)
        await kind.admin(admin, login)
        await admin.close()

        await page.getByRole('button', { name: 'Delete', exact: true }).click()
        await page.getByRole('dialog').getByRole('textbox').fill(name)
        await page.getByRole('button', { name: 'Delete for ever' }).click()
        await page.getByText('This store is gone').waitFor({ timeout: goneWithin })
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
