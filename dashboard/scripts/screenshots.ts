/**
 * Pictures of every view in every state, light and dark, on a phone and on a desk, into `screenshots/` (or the folder given).
 *
 *   npm run screenshots [-- folder [only]]
 */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { launch, root, serve } from '../e2e/harness.ts'
import { look, views } from '../e2e/views.ts'

const [folder = 'screenshots', only] = process.argv.slice(2)
const target = resolve(root, folder)
await mkdir(target, { recursive: true })
const server = await serve()
const browser = await launch()
try {
  for (const view of views.filter((one) => only === undefined || only.split(',').includes(one.name))) {
    for (const dark of [false, true]) {
      for (const width of [390, 1440]) {
        const visitor = await look(browser, view, { dark, width, height: width === 390 ? 844 : 900 })
        await visitor.page.screenshot({ path: join(target, `${view.name}-${dark ? 'dark' : 'light'}-${width}.png`) })
        if (visitor.errors.length > 0) throw new Error(`${view.name}: ${visitor.errors.join('; ')}`)
        await visitor.close()
      }
    }
    console.log(view.name)
  }
} finally {
  await browser.close()
  await server.close()
}
