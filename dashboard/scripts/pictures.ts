/**
 * The pictures of README.md and docs/, of what runs: makes stores on a running platform, looks at them, and deletes them again.
 *
 *   PLATFORM_DASHBOARD=http://dashboard.localhost npm run pictures [-- folder]
 */
import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { launch, root } from '../e2e/harness.ts'
import { create, dashboard, follow, preview, ready, remove, sampleProduct, signIn } from '../e2e/platform/owner.ts'

const owner = 'maren'
const harbour = { name: 'Blue Harbour Goods', engine: 'woocommerce' }
const outfitters = { name: 'Nordlicht Outfitters', engine: 'medusa' }
/** Made last, so that some are under way and one waits when the list is looked at. */
const later = [
  { name: 'Café Olé', engine: 'woocommerce' },
  { name: 'Paper & Pine', engine: 'medusa' },
  { name: 'Wild Fig Ceramics', engine: 'medusa' },
  { name: 'Tea & Thyme', engine: 'woocommerce' },
]

/** A page with pictures should open at once on a slow line, too. */
const mostBytes = 250_000
const target = process.argv[2] === undefined ? join(root, '../docs/images') : resolve(process.argv[2])

/** What has to be deleted at the end: name and address of its page. */
const made: { name: string; at: string }[] = []

async function make(page: Page, { name, engine }: typeof harbour): Promise<string> {
  await page.goto(`${dashboard}/stores`)
  await create(page, engine, name)
  made.push({ name, at: page.url() })
  return page.url()
}

/** Shops are full of colours, which JPEG keeps small; the dashboard alone is lines and letters. */
async function take(page: Page, file: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  const path = join(target, file)
  await page.screenshot({ path, animations: 'disabled', ...(file.endsWith('.jpg') && { quality: 85 }) })
  const { size } = await stat(path)
  console.log(`${file}: ${Math.round(size / 1000)} kB`)
  assert.ok(size <= mostBytes, `${file} has ${size} bytes, more than ${mostBytes}`)
}

/** The shop stands there, with the pictures that are in sight. */
async function shown(shop: Page | FrameLocator): Promise<void> {
  await sampleProduct(shop).waitFor()
  await shop.locator('img').evaluateAll((images) =>
    Promise.all(images.filter((image) => image instanceof HTMLImageElement && image.getBoundingClientRect().top < innerHeight).map((image) => (image as HTMLImageElement).decode())),
  )
}

async function lookAtShop(page: Page, file: string, height: number): Promise<void> {
  const shop = await follow(page, 'Open shop')
  await shop.setViewportSize({ width: 1200, height })
  await shown(shop)
  await take(shop, file)
  await shop.close()
}

async function lookAtStore(page: Page, file: string): Promise<void> {
  await shown(preview(page))
  // The preview comes in when its page is whole.
  await page.waitForFunction(() => getComputedStyle(document.querySelector('iframe') ?? document.body).opacity === '1')
  await take(page, file)
}

async function atTheDesk(page: Page): Promise<void> {
  await signIn(page, owner)
  await page.getByText('Your first store is moments away').waitFor()

  const first = await make(page, harbour)
  const steps = page.locator('main ol > li')
  await steps.filter({ hasText: ': done' }).nth(2).waitFor()
  await steps.filter({ hasText: ': under way' }).first().waitFor()
  await take(page, 'provisioning.png')
  await ready(page)
  await lookAtShop(page, 'shop-woocommerce.jpg', 1240)

  await make(page, outfitters)
  await ready(page)
  await lookAtShop(page, 'shop-medusa.jpg', 830)

  // By now it is known what the first one uses.
  await page.setViewportSize({ width: 1200, height: 880 })
  await page.goto(first)
  await page.getByRole('region', { name: 'Resource use' }).locator('dd').first().waitFor()
  await page.getByRole('region', { name: 'Resource use' }).locator('dd', { hasText: '–' }).first().waitFor({ state: 'detached' })
  await lookAtStore(page, 'store.jpg')

  for (const shop of later) await make(page, shop)
  await page.setViewportSize({ width: 1200, height: 670 })
  await page.goto(`${dashboard}/stores`)
  const row = page.getByRole('row')
  await row.filter({ hasText: 'Next in line' }).waitFor()
  await row.filter({ hasText: /[1-9] of \d/ }).nth(2).waitFor()
  await take(page, 'stores.png')
}

async function onThePhone(page: Page): Promise<void> {
  await page.goto(`${dashboard}/stores`)
  await page.getByText(harbour.name).waitFor()
  await take(page, 'phone-stores.png')
  await page.getByRole('link', { name: harbour.name, exact: true }).click()
  await lookAtStore(page, 'phone-store.png')
}

async function visit(browser: Browser): Promise<void> {
  const desk = await browser.newContext({ viewport: { width: 1200, height: 740 }, deviceScaleFactor: 1.5, colorScheme: 'light', locale: 'en-GB' })
  const page = await desk.newPage()
  page.setDefaultTimeout(120_000)
  try {
    await atTheDesk(page)
    const pocket = await browser.newContext({
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
      colorScheme: 'dark',
      locale: 'en-GB',
      // Signed in as the same person.
      storageState: await desk.storageState(),
    })
    const phone = await pocket.newPage()
    phone.setDefaultTimeout(120_000)
    await onThePhone(phone)
  } finally {
    for (const { name, at } of made) {
      await page.goto(at)
      await remove(page, name)
    }
  }
}

const browser = await launch()
try {
  await visit(browser)
} finally {
  await browser.close()
}
