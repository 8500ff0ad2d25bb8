/**
 * Lighthouse over the built page behind nginx as in the image, in front of an API in memory: a phone and a desk, the views that people
 * open most. Fails when performance, accessibility or best practices have less than 98 points anywhere.
 *
 *   npm run lighthouse [-- folder for the reports]
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { getResponse } from 'msw'
import { api, dashboard, port, root, shop } from '../e2e/harness.ts'
import { startNginx } from '../e2e/nginx.ts'
import { handlers } from '../mocks/handlers.ts'
import { largeWorld } from '../mocks/world.ts'

// Not a dependency: it would be half of them.
const lighthouse = 'lighthouse@13.5.0'
const least = 98
const categories = ['performance', 'accessibility', 'best-practices']
const behind = port + 1

const world = largeWorld(1000)
for (const store of world.stores) Object.assign(store, { url: `http://store-${store.id}.localhost:${port}` })
const answers = handlers(world, api, Date.now)
const cors = { 'access-control-allow-origin': dashboard, 'access-control-allow-credentials': 'true', 'access-control-allow-headers': 'content-type, idempotency-key' }

/** All hosts at one port, as an ingress has them. */
const server = createServer((asked, answer) => {
  if (asked.headers.host?.startsWith('api.') === true) void speak(asked, answer)
  else if (asked.headers.host?.startsWith('store-') === true) answer.writeHead(200, { 'content-type': 'text/html' }).end(shop)
  else {
    const onward = request({ host: '127.0.0.1', port: behind, path: asked.url, method: asked.method, headers: asked.headers }, (came) => {
      answer.writeHead(came.statusCode ?? 502, came.headers)
      came.pipe(answer)
    })
    asked.pipe(onward)
  }
})

async function speak(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
  if (asked.method === 'OPTIONS') {
    answer.writeHead(204, cors).end()
    return
  }
  const response = await getResponse(answers, new Request(`${api}${asked.url ?? '/'}`, { method: asked.method }))
  let body = (await response?.text()) ?? ''
  // Nobody answers a WebSocket here.
  if (asked.url === '/api/openapi.json') body = body.replace('"/api/ws":{}', '"/api/no-ws":{}')
  // As the API does with what is long.
  const packed = body.length >= 1024 ? gzipSync(body, { level: 1 }) : undefined
  answer.writeHead(response?.status ?? 404, { 'content-type': 'application/json', ...(packed && { 'content-encoding': 'gzip' }), ...cors }).end(packed ?? body)
}

interface Report {
  categories: Record<string, { score: number }>
  audits: Record<string, { score: number | null; title: string; displayValue?: string; scoreDisplayMode: string }>
}

const folder = resolve(root, process.argv[2] ?? 'lighthouse')
await mkdir(folder, { recursive: true })
// With a session of the API's, so that nothing has to be typed first.
const nginx = await startNginx(behind, { 'config.json': '{"auth": "oidc"}' })
await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
let worst = 100
try {
  for (const form of ['mobile', 'desktop']) {
    for (const [name, path] of Object.entries({ stores: '/stores', store: `/stores/${world.stores[3]?.id ?? ''}`, create: '/stores/new', overview: '/overview' })) {
      const file = join(folder, `${name}-${form}.json`)
      await promisify(execFile)(
        'npx',
        ['--yes', lighthouse, dashboard + path, '--quiet', `--only-categories=${categories.join(',')}`, '--output=json', `--output-path=${file}`, '--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run', ...(form === 'desktop' ? ['--preset=desktop'] : [])],
        { env: { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? '/usr/bin/chromium' } },
      )
      const report = JSON.parse(await readFile(file, 'utf8')) as Report
      const points = categories.map((category) => Math.round((report.categories[category]?.score ?? 0) * 100))
      worst = Math.min(worst, ...points)
      const times = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift'].map((audit) => report.audits[audit]?.displayValue ?? '')
      console.log(`${form.padEnd(8)} ${name.padEnd(9)} ${points.map((value) => String(value).padStart(4)).join('')}   ${times.join('  ')}`)
      for (const audit of Object.values(report.audits)) {
        if (audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode !== 'informative') console.log(`           ${audit.title} ${audit.displayValue ?? ''}`)
      }
    }
  }
} finally {
  server.close()
  server.closeAllConnections()
  await nginx.stop()
}
if (worst < least) {
  console.error(`Something has ${worst} points; ${least} are wanted.`)
  process.exit(1)
}
