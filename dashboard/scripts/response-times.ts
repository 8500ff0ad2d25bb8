/**
 * How long the list of stores takes to answer a press: from the key or the button to the frame in which the new rows are painted. The
 * built page stands behind nginx as in the image; the API at the given address has the user `bench` with thousands of stores. Beside it
 * the API's bare answer to the same question. Writes a table; bench/dashboard/run.sh calls it.
 *
 *   npm run response-times -- ADDRESS REPETITIONS
 */
import type { Page } from 'playwright-core'
import { dashboard, launch, port } from '../e2e/harness.ts'
import { startNginx } from '../e2e/nginx.ts'
import type { StorePage } from '../src/api/types.ts'

const [address = '', count = '20'] = process.argv.slice(2)
const repetitions = Number(count)
const user = 'bench'

/** What the page has to show: the ids of the rows, in order, and how many stores there are. */
interface Shown {
  ids: string
  total: number
}

/** Milliseconds after the press. */
interface Painted {
  /** When the API was asked; before the press where it was asked ahead. */
  asked: number
  answered: number
  painted: number
}

interface Sample extends Painted {
  /** The API's answer alone. */
  api: number
}

/** Asks the API what the dashboard asks when its own address ends so. */
async function ask(search: string): Promise<Shown & { api: number; next: string | null | undefined }> {
  const { q = '', ...rest } = Object.fromEntries(new URLSearchParams(search))
  const query = new URLSearchParams({ ...rest, ...(q.trim() !== '' && { search: q.trim() }), limit: '25' })
  const begun = performance.now()
  const answer = await fetch(`${address}/api/stores?${query.toString()}`, { headers: { 'x-user-id': user } })
  const body = (await answer.json()) as StorePage
  const api = performance.now() - begun
  if (!answer.ok) throw new Error(JSON.stringify(body))
  return { ids: body.items.map((store) => store.id).join(), total: body.total, next: body.nextCursor, api }
}

/** Waits in the page for a press, and then for the frame in which these rows are painted. */
function untilPainted(page: Page, expected: Shown): Promise<Painted> {
  return page.evaluate(
    ({ ids, total }) =>
      new Promise<Painted>((resolve) => {
        let pressed: number | undefined
        const press = (event: Event): void => {
          pressed ??= event.timeStamp
        }
        addEventListener('keydown', press, { capture: true })
        // A click is when the button comes up again; how long it was held is the hand's time.
        addEventListener('click', press, { capture: true })
        const shown = (): boolean => {
          const rows = [...document.querySelectorAll('tbody th a')].map((link) => link.getAttribute('href')?.split('/').at(-1))
          return rows.join() === ids && Number(document.querySelector('h1 + p')?.textContent.replace(/\D/g, '')) === total
        }
        const observer = new MutationObserver(() => {
          if (pressed === undefined || !shown()) return
          const begun = pressed
          observer.disconnect()
          removeEventListener('keydown', press, { capture: true })
          removeEventListener('click', press, { capture: true })
          // The frame comes after its animation callbacks; a message from there arrives once it is painted.
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel()
            port1.onmessage = () => {
              const painted = performance.now() - begun
              const asked = performance.getEntriesByType('resource').findLast(({ name }) => name.includes('/api/stores?')) as PerformanceResourceTiming | undefined
              resolve({ painted, asked: (asked?.startTime ?? Number.NaN) - begun, answered: (asked?.responseEnd ?? Number.NaN) - begun })
            }
            port2.postMessage(null)
          })
        })
        observer.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })
        Object.assign(window, { watched: true })
      }),
    expected,
  )
}

/** Opens the list as if for the first time, so that nothing is remembered, and waits until all is quiet. */
async function open(page: Page, search: string): Promise<Shown> {
  const now = await ask(search)
  await page.goto(`${dashboard}/stores?${search}`)
  await page.locator(`tbody th a[href$="${now.ids.split(',')[0] ?? ''}"]`).waitFor()
  await page.waitForLoadState('networkidle')
  return now
}

/** Does something once, and measures it unless it changes nothing that one could see. */
async function measure(page: Page, before: Shown, search: string, act: () => Promise<unknown>): Promise<{ shown: Shown; sample?: Sample }> {
  const after = await ask(search)
  if (after.ids === before.ids && after.total === before.total) {
    await act()
    await page.waitForLoadState('networkidle')
    return { shown: after }
  }
  await page.evaluate(() => Object.assign(window, { watched: false }))
  const painted = untilPainted(page, after)
  await page.waitForFunction(() => 'watched' in window && window.watched === true)
  await act()
  return { shown: after, sample: { ...(await painted), api: after.api } }
}

const words = ['harbour goods 12', 'tea 83', 'old mill b', 'wool 4', 'crane books 1']
const filters = ['q=tea', 'q=mill', 'q=1', 'q=garden', '']
const pick = (from: string[], turn: number): string => from[turn % from.length] ?? ''
const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join('&')

/** What people do with a list, each with how it is done once. */
const things: Record<string, (page: Page, turn: number) => Promise<Sample[]>> = {
  'search: each key of a word': async (page, turn) => {
    const samples: Sample[] = []
    let before = await open(page, '')
    await page.getByRole('searchbox').focus()
    let typed = ''
    for (const key of pick(words, turn)) {
      typed += key
      const { shown, sample } = await measure(page, before, new URLSearchParams({ q: typed }).toString(), () => page.keyboard.press(key === ' ' ? 'Space' : key))
      before = shown
      if (sample !== undefined) samples.push(sample)
    }
    return samples
  },
  'search: the last key of a word typed fast': async (page, turn) => {
    const word = pick(words, turn)
    await open(page, '')
    const before = await ask(new URLSearchParams({ q: word.slice(0, -1) }).toString())
    await page.getByRole('searchbox').focus()
    // As fast as people type: a key every 80 ms.
    await page.keyboard.type(word.slice(0, -1), { delay: 80 })
    const { sample } = await measure(page, before, new URLSearchParams({ q: word }).toString(), () => page.keyboard.press(word.slice(-1)))
    return sample === undefined ? [] : [sample]
  },
  'filter by status': async (page, turn) => {
    const filter = pick(filters, turn)
    const before = await open(page, filter)
    const { sample } = await measure(page, before, joined(filter, 'status=Failed'), () => page.locator('label', { has: page.getByRole('radio', { name: /^Failed/ }) }).click())
    return sample === undefined ? [] : [sample]
  },
  'filter by engine': async (page, turn) => {
    const filter = pick(filters, turn)
    const before = await open(page, filter)
    await page.getByRole('combobox', { name: 'Filter by engine' }).focus()
    const { sample } = await measure(page, before, joined(filter, 'engine=medusa'), () => page.keyboard.press('m'))
    return sample === undefined ? [] : [sample]
  },
  'sort by name': async (page, turn) => {
    const filter = pick(filters, turn)
    const before = await open(page, filter)
    const { sample } = await measure(page, before, joined(filter, 'sort=name'), () => page.getByRole('button', { name: 'Store', exact: true }).click())
    return sample === undefined ? [] : [sample]
  },
  'next page': async (page, turn) => {
    const filter = pick(filters, turn)
    const before = await open(page, filter)
    const { next } = await ask(filter)
    if (next == null) throw new Error(`there is only one page for ${filter}`)
    const link = page.getByRole('link', { name: 'Next' })
    await link.scrollIntoViewIfNeeded()
    // What is seen is asked for ahead.
    await page.waitForLoadState('networkidle')
    const { sample } = await measure(page, before, joined(filter, `cursor=${encodeURIComponent(next)}`), () => link.click())
    return sample === undefined ? [] : [sample]
  },
}

const quantile = (values: number[], share: number): number => [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN

const nginx = await startNginx(port)
const browser = await launch([`--host-resolver-rules=MAP api.localhost ${new URL(address).hostname}`])
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })
  await context.addInitScript((name) => localStorage.setItem('store-platform.user', name), user)
  const page = await context.newPage()
  console.log('| from the press to the painted rows | times | least | median | p95 | asked after | answered after | API alone | ratio |')
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const [name, once] of Object.entries(things)) {
    // The first turn is for warming up.
    await once(page, 0)
    const samples: Sample[] = []
    for (let turn = 0; turn < repetitions; turn += 1) samples.push(...(await once(page, turn)))
    const of = (key: keyof Sample, share = 0.5): number => quantile(samples.map((sample) => sample[key]), share)
    const figures = [of('painted', 0), of('painted'), of('painted', 0.95), of('asked'), of('answered'), of('api')].map((value) => value.toFixed(0))
    console.log(`| ${name} | ${samples.length} | ${figures.join(' | ')} | ${(of('painted') / of('api')).toFixed(1)} |`)
    console.error(`${name}: median ${figures[1] ?? ''} ms`)
  }
} finally {
  await browser.close()
  await nginx.stop()
}
