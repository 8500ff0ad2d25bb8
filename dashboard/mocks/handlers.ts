import { HttpResponse, http } from 'msw'
import type { Code, Metrics, StoreStatus } from '../src/api/types.ts'
import { storeNameFault } from '../src/lib/store-name.ts'
import { type World, engines, epoch } from './world.ts'

export function problem(status: number, code: Code, detail: string, more: { errors?: { field: string; message: string }[]; headers?: Record<string, string> } = {}) {
  return HttpResponse.json(
    { type: `about:blank#${code}`, title: code, status, detail, code, ...(more.errors && { errors: more.errors }) },
    { status, headers: { 'content-type': 'application/problem+json', 'x-request-id': '01939c4e-7d11', ...more.headers } },
  )
}

const paths = ['/api/stores', '/api/stores/{id}', '/api/stores/{id}/events', '/api/stores/{id}/logs', '/api/stores/{id}/admin-login', '/api/stores/{id}/usage', '/api/engines', '/api/me', '/api/health', '/api/metrics', '/api/audit', '/api/ws']

const notFound = () => problem(404, 'store_not_found', 'There is no such store.')

function metricsOf(world: World): Metrics {
  const byStatus: Partial<Record<StoreStatus, number>> = {}
  const byEngine: Record<string, number> = {}
  for (const store of world.stores) {
    byStatus[store.status] = (byStatus[store.status] ?? 0) + 1
    byEngine[store.engine] = (byEngine[store.engine] ?? 0) + 1
  }
  return {
    total: world.stores.length,
    byStatus,
    byEngine,
    createdTotal: 128,
    failedTotal: byStatus.Failed ?? 0,
    queueDepth: byStatus.Queued ?? 0,
    refusedTotal: {},
    outboxOrders: 0,
    resourceUse: { cpuCores: 0.8, memoryBytes: 1.5 * 1024 ** 3 },
    quotaViolationsTotal: 0,
    provisioningSeconds: world.stores.length === 0 ? { average: null, p50: null, p95: null, p99: null } : { average: 9.4, p50: 7.6, p95: 27, p99: 48 },
  }
}

/** The API as contract.md and the OpenAPI file have it, over a world in memory. `base` is where it lives. */
export function handlers(world: World, base: string, now: () => number = () => epoch) {
  return [
    http.get(`${base}/api/stores`, ({ request }) => {
      const search = new URL(request.url).searchParams
      const text = (search.get('search') ?? '').toLowerCase()
      const sort = search.get('sort') ?? '-createdAt'
      const limit = Number(search.get('limit') ?? 50)
      const start = Number(search.get('cursor') ?? 0)
      const caller = request.headers.get('x-user-id') ?? 'ada'
      const own = world.stores.filter(
        (store) =>
          (search.get('scope') === 'all' || store.owner === caller) &&
          store.name.toLowerCase().includes(text) && (search.get('engine') ?? store.engine) === store.engine,
      )
      const found = own.filter((store) => (search.get('status') ?? store.status) === store.status)
      const key = sort.replace('-', '') as 'createdAt' | 'name' | 'status'
      found.sort((a, b) => a[key].localeCompare(b[key], 'en') * (sort.startsWith('-') ? -1 : 1))
      const counts: Partial<Record<StoreStatus, number>> = {}
      for (const store of own) counts[store.status] = (counts[store.status] ?? 0) + 1
      const end = start + limit
      return HttpResponse.json({ items: found.slice(start, end), total: found.length, nextCursor: end < found.length ? String(end) : null, counts })
    }),
    http.post(`${base}/api/stores`, async ({ request }) => {
      const body = (await request.json()) as { name: string; engine: string }
      if (storeNameFault(body.name) !== null) {
        return problem(422, 'validation_failed', 'The request is not valid.', { errors: [{ field: 'name', message: 'Use letters, digits, spaces and . _ , \' & + - only.' }] })
      }
      if (world.limits.creationsPerHour.left === 0) {
        return problem(429, 'user_creation_rate_exceeded', 'You have made 5 stores within the hour.', { headers: { 'retry-after': '1260' } })
      }
      if (world.limits.stores.used >= world.limits.stores.max) return problem(409, 'store_limit_reached', 'You have 10 of 10 stores. Delete one to make room.')
      world.limits.stores.used += 1
      world.limits.creationsPerHour.left -= 1
      const store = world.create(body.name, body.engine, request.headers.get('x-user-id') ?? '', request.headers.get('idempotency-key'), now())
      return HttpResponse.json(store, { status: 202, headers: { location: `/api/stores/${store.id}` } })
    }),
    http.get(`${base}/api/stores/:id`, ({ params }) => {
      const store = world.find(String(params.id))
      return store === undefined ? notFound() : HttpResponse.json(store)
    }),
    http.delete(`${base}/api/stores/:id`, ({ params }) => {
      const store = world.find(String(params.id))
      if (store === undefined) return notFound()
      return HttpResponse.json(world.change(store.id, { status: 'Deleting' }), { status: 202 })
    }),
    http.post(`${base}/api/stores/:id/admin-login`, ({ params }) =>
      world.find(String(params.id)) === undefined ? notFound() : HttpResponse.json({ user: 'admin', email: 'admin@example.com', password: 'correct-horse-battery' }),
    ),
    http.get(`${base}/api/stores/:id/events`, () =>
      HttpResponse.json({
        complete: true,
        items: [
          { id: '3', at: new Date(epoch - 60_000).toISOString(), type: 'Warning', reason: 'ProbeFailed', message: 'The application did not answer its readiness probe: HTTP 503.', object: 'Pod/app-6d9f7c', count: 12 },
          { id: '2', at: new Date(epoch - 180_000).toISOString(), type: 'Normal', reason: 'Started', message: 'Started container app.', object: 'Pod/app-6d9f7c', count: 1 },
          { id: '1', at: new Date(epoch - 181_000).toISOString(), type: 'Normal', reason: 'Scheduled', message: 'The pod app-6d9f7c has a place on node local.', object: 'Pod/app-6d9f7c', count: 1 },
        ],
      }),
    ),
    http.get(`${base}/api/stores/:id/usage`, ({ params }) => {
      if (world.find(String(params.id)) === undefined) return notFound()
      const [cpu, memory] = world.measure()
      return HttpResponse.json({
        at: new Date(world.measuredAt).toISOString(),
        cpu: { used: cpu, reserved: 1.2, limit: 2 },
        memory: { used: memory, reserved: 1.5 * 1024 ** 3, limit: 4 * 1024 ** 3 },
        storage: { used: null, reserved: 3 * 1024 ** 3, limit: 10 * 1024 ** 3 },
        volumes: { used: null, reserved: 2, limit: 5 },
        pods: [],
      })
    }),
    http.get(`${base}/api/stores/:id/logs`, ({ request }) => {
      const source = new URL(request.url).searchParams.get('source')
      const lines =
        source === 'setup'
          ? ['waiting for the database at database:3306', 'database is there after 2.4 s', 'WordPress installed', 'WooCommerce activated', 'products: Blue Shirt, Red Hat', 'setup done in 2.9 s']
          : ['GET / 200 38ms', 'GET /shop/ 200 51ms', 'GET /wp-content/themes/storefront/style.css 200 2ms', 'GET /healthz 200 1ms']
      return HttpResponse.json({ source, lines, truncated: source === 'app' })
    }),
    http.get(`${base}/api/engines`, () => HttpResponse.json(engines)),
    http.get(`${base}/api/openapi.json`, () => HttpResponse.json({ openapi: '3.1.0', paths: Object.fromEntries(paths.map((path) => [path, {}])) })),
    http.get(`${base}/api/me`, ({ request }) => HttpResponse.json({ id: request.headers.get('x-user-id') ?? 'ada', admin: world.admin, limits: world.limits })),
    http.post(`${base}/api/auth/logout`, () => new HttpResponse(null, { status: 204 })),
    http.get(`${base}/api/health`, () => HttpResponse.json({ state: 'ok', version: '0.1.0', dependencies: { postgres: 'up', kubernetes: 'up' } })),
    http.get(`${base}/api/metrics`, () => HttpResponse.json(metricsOf(world))),
    http.get(`${base}/api/audit`, ({ request }) => {
      const search = new URL(request.url).searchParams
      if (!world.admin) return problem(403, 'admin_only', 'Only admins may read the audit log.')
      const items = world.audit.filter((entry) => (entry.actor ?? '').startsWith(search.get('actor') ?? '') && (search.get('action') ?? entry.action) === entry.action && (search.get('result') ?? entry.result) === entry.result)
      return HttpResponse.json({ items, nextCursor: null })
    }),
  ]
}
