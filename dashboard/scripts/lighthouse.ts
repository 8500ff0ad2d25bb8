/**
 * Lighthouse over the built page behind nginx as in the image, in front of an API in memory: a phone and a desk, the views that people
 * open most. Of several runs the one in the middle counts, as Lighthouse's own guide has it, since whatever else the machine does is
 * counted, too. Fails when performance, accessibility or best practices have less than 98 points anywhere.
 *
 *   npm run lighthouse [-- folder for the reports [runs]]
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

interface Answer {
  status: number
  packed: boolean
  body: string | Buffer
}

/** Each answer is made once: the API in its place takes a millisecond, and the page's time is what is measured. */
const made = new Map<string, Promise<Answer>>()

async function make(path: string): Promise<Answer> {
  const response = await getResponse(answers, new Request(api + path))
  let body = (await response?.text()) ?? ''
  // Nobody answers a WebSocket here.
  if (path === '/api/openapi.json') body = body.replace('"/api/ws":{}', '"/api/no-ws":{}')
  // As the API does with what is long.
  const packed = body.length >= 1024
  return { status: response?.status ?? 404, packed, body: packed ? gzipSync(body, { level: 1 }) : body }
}

async function speak({ method, url = '/' }: IncomingMessage, answer: ServerResponse): Promise<void> {
  if (method === 'OPTIONS') {
    answer.writeHead(204, cors).end()
    return
  }
  const making = made.get(url) ?? make(url)
  made.set(url, making)
  const { status, packed, body } = await making
  answer.writeHead(status, { 'content-type': 'application/json', ...(packed && { 'content-encoding': 'gzip' }), ...cors }).end(body)
}

interface Report {
  categories: Record<string, { score: number }>
  audits: Record<string, { score: number | null; title: string; displayValue?: string; scoreDisplayMode: string }>
}

const folder = resolve(root, process.argv[2] ?? 'lighthouse')
const runs = Number(process.argv[3] ?? 3)

const pointsOf = ({ categories: of }: Report): number[] => categories.map((category) => Math.round((of[category]?.score ?? 0) * 100))

async function measure(path: string, form: string, file: string): Promise<Report> {
  await promisify(execFile)(
    'npx',
    ['--yes', lighthouse, dashboard + path, '--quiet', `--only-categories=${categories.join(',')}`, '--output=json', `--output-path=${file}`, '--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run', ...(form === 'desktop' ? ['--preset=desktop'] : [])],
    { env: { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? '/usr/bin/chromium' } },
  )
  return JSON.parse(await readFile(file, 'utf8')) as Report
}

await mkdir(folder, { recursive: true })
// With a session of the API's, so that nothing has to be typed first.
const nginx = await startNginx(behind, { 'config.json': '{"auth": "oidc"}' })
await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
let worst = 100
try {
  for (const form of ['mobile', 'desktop']) {
    for (const [name, path] of Object.entries({ stores: '/stores', store: `/stores/${world.stores[3]?.id ?? ''}`, create: '/stores/new', overview: '/overview' })) {
      const reports: Report[] = []
      for (let run = 1; run <= runs; run += 1) reports.push(await measure(path, form, join(folder, `${name}-${form}-${run}.json`)))
      reports.sort((a, b) => (a.categories.performance?.score ?? 0) - (b.categories.performance?.score ?? 0))
      const report = reports[Math.floor(reports.length / 2)]
      if (report === undefined) throw new Error('at least one run is needed')
      // What is wrong in one run is wrong.
      const points = pointsOf(report).map((value, index) => (index === 0 ? value : Math.min(...reports.map((each) => pointsOf(each)[index] ?? 0))))
      worst = Math.min(worst, ...points)
      const times = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift'].map((audit) => report.audits[audit]?.displayValue ?? '')
      const spread = reports.map((each) => pointsOf(each)[0]).join(' ')
      console.log(`${form.padEnd(8)} ${name.padEnd(9)} ${points.map((value) => String(value).padStart(4)).join('')}   ${times.join('  ')}   performance: ${spread}`)
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
