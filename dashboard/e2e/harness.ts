import { type RequestHandler, getResponse } from 'msw'
import { type Browser, type BrowserContext, type Page, type WebSocketRoute, chromium } from 'playwright-core'
import { type PreviewServer, preview } from 'vite'
import { fileURLToPath } from 'node:url'
import { handlers } from '../mocks/handlers.ts'
import { type World, epoch } from '../mocks/world.ts'

/** The built dashboard in the system's Chromium, in front of an API that exists only in this process. */
export const root = fileURLToPath(new URL('..', import.meta.url))
export const port = Number(process.env.E2E_PORT ?? 4173)
export const dashboard = `http://dashboard.localhost:${port}`
export const api = `http://api.localhost:${port}`

const cors = {
  'access-control-allow-origin': dashboard,
  'access-control-allow-credentials': 'true',
  'access-control-allow-headers': 'x-user-id, content-type, idempotency-key',
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-expose-headers': 'retry-after, x-request-id, location',
}

export const launch = (more: string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...more],
  })

export const serve = (): Promise<PreviewServer> =>
  preview({ root, logLevel: 'error', preview: { host: '127.0.0.1', port, strictPort: true, allowedHosts: ['.localhost'] } })

export interface Options {
  user?: string | null
  dark?: boolean
  width?: number
  height?: number
  reducedMotion?: boolean
  auth?: 'header' | 'oidc'
  /** Answers that come before the world's own. */
  first?: RequestHandler[]
  /** Keeps the clock at the world's own time, so that pictures don't change from run to run. */
  frozen?: boolean
}

/** A window of the browser. Visits share them, one after the other: to open one costs more than what most visits do there. */
interface Seat {
  readonly kind: string
  readonly context: BrowserContext
  readonly page: Page
  /** Who sits there. */
  visit?: Visit
}

const free = new WeakMap<Browser, Seat[]>()

/** A page of the dashboard's origin with nothing on it that could do anything. */
const waitingRoom = `${dashboard}/config.json`

async function seatFor(browser: Browser, options: Options): Promise<Seat> {
  const phone = (options.width ?? 1440) < 600
  // What a window can't change afterwards. A clock that is told to run can't be taken out again, so such a window is used once.
  const kind = `${phone ? 'phone' : 'desk'} ${String(options.frozen)}`
  const seats = free.get(browser) ?? []
  free.set(browser, seats)
  const [again] = seats.splice(seats.findIndex((seat) => seat.kind === kind) >>> 0, 1)
  if (again !== undefined) return again
  const context = await browser.newContext({ isMobile: phone, hasTouch: phone, viewport: { width: options.width ?? 1440, height: options.height ?? 900 }, locale: 'en-GB', timezoneId: 'UTC' })
  const page = await context.newPage()
  // For a busy machine; nothing here is about speed.
  page.setDefaultTimeout(60_000)
  const seat: Seat = { kind, context, page }
  page.on('pageerror', (error) => seat.visit?.errors.push(error.message))
  if (options.frozen === true) await page.clock.setFixedTime(epoch)
  await context.routeWebSocket(/\/api\/ws/, (socket) => {
    const { visit } = seat
    if (visit === undefined || visit.down || visit.mute) return void socket.close({ code: 1012 })
    visit.sockets.add(socket)
    visit.greet(socket)
    socket.onClose(() => visit.sockets.delete(socket))
  })
  await page.goto(waitingRoom)
  return seat
}

/** One person at one screen. */
export class Visit {
  /** While true nothing answers. */
  down = false
  /** Milliseconds that every answer takes. */
  delay = 0
  /** While true no WebSocket stays open. */
  mute = false
  sockets = new Set<WebSocketRoute>()
  readonly errors: string[] = []
  readonly context: BrowserContext
  readonly page: Page

  readonly #leave: () => Promise<void>

  constructor({ context, page }: Seat, leave: () => Promise<void>) {
    this.context = context
    this.page = page
    this.#leave = leave
  }

  /** Whose stores each WebSocket ever opened was to tell of. */
  readonly scopes: (string | null)[] = []
  /** Every WebSocket ever opened, by the cursor it came with. */
  readonly followed: (string | null)[] = []
  #cursor = 0
  readonly #greeted = Promise.withResolvers<undefined>()

  /** Once the page follows what changes. */
  live(): Promise<undefined> {
    return this.#greeted.promise
  }

  greet(socket: WebSocketRoute): void {
    const { searchParams } = new URL(socket.url())
    const since = searchParams.get('since')
    this.scopes.push(searchParams.get('scope'))
    this.followed.push(since)
    socket.send(JSON.stringify({ type: 'ready', cursor: String(this.#cursor), resumed: since !== null }))
    this.#greeted.resolve(undefined)
  }

  push(message: object): void {
    this.#cursor += 1
    for (const socket of this.sockets) socket.send(JSON.stringify({ ...message, cursor: String(this.#cursor) }))
  }

  async dropSockets(): Promise<void> {
    this.mute = true
    for (const socket of this.sockets) await socket.close({ code: 1012 })
    this.sockets.clear()
  }

  close(): Promise<void> {
    return this.#leave()
  }
}

export const shop = `<!doctype html><meta charset=utf-8><title>Shop</title><style>body{margin:0;font:18px system-ui;color:#222}header{padding:28px 60px;border-bottom:1px solid #eee;display:flex;justify-content:space-between;font-weight:600}main{padding:60px;display:grid;grid-template-columns:repeat(3,1fr);gap:40px}div.p{aspect-ratio:1;border-radius:12px}b{display:block;margin-top:14px}</style><header><span>Blue Harbour Goods</span><span>Shop · Cart · Checkout</span></header><main><section><div class=p style="background:#b9cdf3"></div><b>Blue Shirt</b>$29.99</section><section><div class=p style="background:#f0c4bd"></div><b>Red Hat</b>$14.99</section></main>`

/** Leaves a window as if nobody had been there. */
async function tidy({ context, page }: Seat): Promise<void> {
  await context.setOffline(false)
  await page.goto(waitingRoom)
  await context.unrouteAll({ behavior: 'ignoreErrors' })
  await context.clearCookies()
  await context.clearPermissions()
  await page.evaluate(() => {
    localStorage.clear()
    sessionStorage.clear()
  })
}

export async function visit(browser: Browser, world: World, options: Options = {}): Promise<Visit> {
  const seat = await seatFor(browser, options)
  const { context, page } = seat
  const visitor = new Visit(seat, async () => {
    seat.visit = undefined
    const reusable = options.frozen !== false && context.pages().length === 1
    if (!reusable) return context.close()
    await tidy(seat)
    free.get(browser)?.push(seat)
  })
  seat.visit = visitor
  await page.setViewportSize({ width: options.width ?? 1440, height: options.height ?? 900 })
  await page.emulateMedia({ colorScheme: options.dark === true ? 'dark' : 'light', reducedMotion: options.reducedMotion === true ? 'reduce' : 'no-preference' })
  const user = options.user === undefined ? 'ada' : options.user
  if (user !== null) await page.evaluate((name) => localStorage.setItem('store-platform.user', name), user)
  if (options.auth !== undefined) await context.route(`${dashboard}/config.json`, (route) => route.fulfill({ json: { auth: options.auth } }))

  const all = [...(options.first ?? []), ...handlers(world, api, options.frozen === true ? () => epoch : Date.now)]
  await context.route(`${api}/api/**`, async (route) => {
    const asked = route.request()
    if (visitor.down) return route.abort('connectionrefused')
    if (asked.method() === 'OPTIONS') return route.fulfill({ status: 204, headers: cors })
    const body = asked.postDataBuffer()
    const request = new Request(asked.url(), { method: asked.method(), headers: asked.headers(), ...(body && { body: new Uint8Array(body) }) })
    const answer = await getResponse(all, request)
    if (answer === undefined) return route.fulfill({ status: 404, headers: { ...cors, 'content-type': 'application/problem+json' }, body: '{"code":"route_not_found"}' })
    if (visitor.delay > 0) await new Promise((resolve) => setTimeout(resolve, visitor.delay))
    return route
      .fulfill({ status: answer.status, headers: { ...Object.fromEntries(answer.headers), ...cors }, body: Buffer.from(await answer.arrayBuffer()) })
      .catch(() => undefined)
  })
  await context.route(/^http:\/\/store-[^/]+\.localhost(:\d+)?\//, (route) => route.fulfill({ contentType: 'text/html', body: shop }))
  return visitor
}
