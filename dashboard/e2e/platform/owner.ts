import assert from 'node:assert/strict'
import type { FrameLocator, Locator, Page } from 'playwright-core'

/** What the owner of stores does at the dashboard of a running platform. */
export const dashboard = runningDashboard()

/** How long a store may take on a busy machine. */
export const readyWithin = 300_000
export const goneWithin = 60_000

/** What engines are called. */
const titles: Record<string, RegExp> = { woocommerce: /WooCommerce/, medusa: /Medusa/ }

function runningDashboard(): string {
  const { PLATFORM_DASHBOARD: address } = process.env
  if (address === undefined) throw new Error('PLATFORM_DASHBOARD is not set: run scripts/test.sh e2e, or set it to what scripts/status.sh shows as dashboard')
  return address
}

export async function signIn(page: Page, user: string): Promise<void> {
  await page.goto(dashboard)
  await page.getByRole('textbox').fill(user)
  await page.keyboard.press('Enter')
  await page.getByText('Live', { exact: true }).waitFor()
}

/** Asks for a store, from the list of stores, and ends at its page. */
export async function create(page: Page, engine: string, name: string): Promise<void> {
  const title = titles[engine]
  assert.ok(title, `nothing is known of an engine ${engine}`)
  await page.getByRole('link', { name: /new store|create/i }).first().click()
  await page.locator('label', { has: page.getByRole('radio', { name: title }) }).click()
  await page.getByLabel('Name').fill(name)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name }).waitFor()
}

export const ready = (page: Page): Promise<void> => page.getByText(/^Ready .* after you asked for it/).waitFor({ timeout: readyWithin })

/** The shop as the page of its store shows it. */
export const preview = (page: Page): FrameLocator => page.frameLocator('iframe')

/** A product that every shop begins with. */
export const sampleProduct = (shop: Page | FrameLocator): Locator => shop.getByText('Blue Shirt').first()

/** Clicks a link that opens a page of its own. */
export async function follow(page: Page, name: string): Promise<Page> {
  const opened = page.waitForEvent('popup')
  await page.getByRole('link', { name }).click()
  const popup = await opened
  await popup.waitForLoadState('domcontentloaded')
  return popup
}

/** Deletes the store whose page this is. */
export async function remove(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(name)
  await page.getByRole('button', { name: 'Delete for ever' }).click()
  await page.getByText('This store is gone').waitFor({ timeout: goneWithin })
}
