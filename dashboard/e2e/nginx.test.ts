import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { smallWorld } from '../mocks/world.ts'
import { dashboard, launch, port, root, visit } from './harness.ts'
import { type Nginx, missingNginx, startNginx } from './nginx.ts'

describe('nginx', { skip: missingNginx() }, () => {
  let nginx: Nginx

  before(async () => {
    nginx = await startNginx(port)
  })
  after(() => nginx.stop())

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, headers: { host: `dashboard.shops.example:${port}`, ...headers } }, (answer) => {
        answer.resume()
        resolve(answer)
      })
      sent.once('error', reject)
      sent.end()
    })

  const script = async (): Promise<string> => {
    const name = (await readdir(join(root, 'dist/assets'))).find((file) => file.startsWith('first-view') && file.endsWith('.js'))
    assert.ok(name)
    return `/assets/${name}`
  }

  test('hashed files are kept for a year, the page and its settings are asked for each time', async () => {
    const caching = async (path: string) => (await ask(path)).headers['cache-control']
    assert.equal(await caching(await script()), 'public, max-age=31536000, immutable')
    for (const path of ['/', '/stores', '/index.html', '/overview', '/config.json']) assert.equal(await caching(path), 'no-cache', path)
  })

  test('what was not changed is not sent again', async () => {
    const { headers } = await ask('/')
    assert.equal((await ask('/', { 'if-none-match': headers.etag ?? '' })).statusCode, 304)
  })

  test('files are sent as the build has compressed them', async () => {
    for (const [accepted, sent] of [['br, gzip', 'br'], ['gzip', 'gzip'], ['identity', undefined]] as const) {
      for (const path of [await script(), '/', '/stores/new']) {
        const { headers } = await ask(path, { 'accept-encoding': accepted })
        assert.deepEqual([headers['content-encoding'], headers.vary], [sent, 'Accept-Encoding'], `${path} for ${accepted}`)
      }
    }
  })

  test('any address is the page, but a file that isn’t there is missing', async () => {
    for (const path of ['/', '/stores', '/stores/01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51', '/nowhere']) {
      const { statusCode, headers } = await ask(path)
      assert.deepEqual([statusCode, headers['content-type']], [200, 'text/html'], path)
    }
    const font = (await readdir(join(root, 'dist/assets'))).find((file) => file.endsWith('.woff2'))
    assert.equal((await ask(`/assets/${font ?? ''}`)).headers['content-type'], 'font/woff2')
    for (const path of ['/assets/first-view-0000.js', '/favicon.ico', '/stores/page.php', '/.env']) assert.equal((await ask(path)).statusCode, 404, path)
    assert.equal((await ask('/', {}, 'POST')).statusCode, 405)
  })

  test('the page of a view asks for the view’s code at once', async () => {
    for (const [path, code] of [['/stores/new', 'stores.new-'], ['/stores/01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51', 'stores._id-'], ['/overview', 'overview-']] as const) {
      const page = await (await fetch(`http://127.0.0.1:${port}${path}`)).text()
      assert.ok(page.includes(`<link rel="modulepreload" fetchpriority="low" crossorigin href="/assets/${code}`), `${path}: ${page}`)
    }
  })

  test('the content policy allows our own files, the API beside and the shops, and nothing inline but the line for the theme', async () => {
    const [, inline = ''] = /<script>(.*)<\/script>/.exec(await readFile(join(root, 'dist/index.html'), 'utf8')) ?? []
    const theme = `'sha256-${createHash('sha256').update(inline).digest('base64')}'`
    for (const path of ['/', await script(), '/assets/missing.js']) {
      const { headers } = await ask(path)
      assert.equal(
        headers['content-security-policy'],
        `default-src 'none'; script-src 'self' ${theme}; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self' ${['http', 'https', 'ws', 'wss'].map((scheme) => `${scheme}://api.shops.example:${port}`).join(' ')}; frame-src http://*.shops.example:${port} https://*.shops.example:${port}; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'`,
      )
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['referrer-policy'], 'same-origin')
      assert.equal(headers.link, path === '/' ? `<//api.shops.example:${port}>; rel=preconnect; crossorigin=use-credentials` : undefined)
      assert.match(headers['permissions-policy'] as string, /camera=\(\)/)
      assert.equal(headers.server, 'nginx')
    }
    // A host that isn't ours gets a policy without frames, not one with that host's in it.
    assert.match((await ask('/', { host: 'elsewhere.example' })).headers['content-security-policy'] as string, /frame-src 'none'/)
  })

  test('it logs one line of JSON a request, without what was searched for', async () => {
    await ask('/stores?q=secret')
    const lines = (await nginx.log()).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.equal(lines.some((line) => line['http.path'] === '/index.html' && line['http.status'] === 200), true)
    assert.equal(JSON.stringify(lines).includes('secret'), false)
  })

  test('the whole page works under the policy: nothing of it is refused by the browser', async () => {
    const world = Object.assign(smallWorld(), { admin: true })
    for (const store of world.stores) Object.assign(store, { url: `http://store-${store.id}.localhost:${port}` })
    const browser = await launch()
    try {
      const visitor = await visit(browser, world)
      const { page } = visitor
      const refused: string[] = []
      page.on('console', (message) => {
        if (/content security policy|trusted ?types?/i.test(message.text())) refused.push(message.text())
      })
      await page.goto(dashboard)
      await page.getByText('12 stores').waitFor()
      await page.getByRole('button', { name: 'Account: ada' }).click()
      await page.getByRole('dialog').getByRole('radio', { name: 'Dark' }).press('Space')
      await page.keyboard.press('Escape')
      await page.getByRole('radio', { name: 'Cards' }).press('Space')
      await page.getByRole('link', { name: 'Café Olé', exact: true }).click()
      await page.frameLocator('iframe').getByText('Blue Shirt').waitFor()
      await page.getByRole('tab', { name: 'Logs' }).click()
      await page.getByRole('region', { name: 'Log lines' }).waitFor()
      await page.getByRole('button', { name: 'Delete', exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click()
      await page.getByRole('link', { name: 'Overview' }).click()
      await page.getByRole('img', { name: 'Your latest' }).waitFor()
      await page.getByRole('link', { name: 'Audit log' }).click()
      await page.getByRole('table').waitFor()
      await page.goto(`${dashboard}/stores/new`)
      await page.getByLabel('Name').fill('Nordlicht')
      await page.getByRole('button', { name: 'Create store' }).click()
      await page.getByRole('heading', { name: 'Nordlicht' }).waitFor()
      assert.deepEqual([...refused, ...visitor.errors], [])
    } finally {
      await browser.close()
    }
  })
})
