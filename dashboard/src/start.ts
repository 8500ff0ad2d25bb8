/**
 * What the page runs first. It is small, so that the API is asked and the view's code is on its way while the rest is, too, and not
 * after it.
 */
import './styles/index.css'
import type { QueryClient } from '@tanstack/react-query'
import { metricsQuery } from './api/platform'
import { capabilitiesQuery, enginesQuery, makeQueryClient, meQuery, storeQuery, storesQuery } from './api/queries'
import { userId } from './api/session'
import { parseStoreSearch, toStoreQuery } from './features/stores/search'
import { ahead } from './lib/ahead'
import { config, loadConfig } from './lib/config'
import { prepareFormats } from './lib/format'
import { parseSearch } from './lib/search-params'

/** What the view at an address begins with: its code, and the answer that it waits for. */
const beginnings: [path: RegExp, begin: (client: QueryClient, id: string) => Promise<unknown>[]][] = [
  [/^\/(?:stores\/?)?$/, (client) => [client.query(storesQuery(toStoreQuery(parseStoreSearch(parseSearch(location.search)))))]],
  [/^\/stores\/new$/, () => [import('./routes/stores.new.tsx?tsr-split=component')]],
  [/^\/stores\/([\da-f-]+)$/, (client, id) => [client.query(storeQuery(id)), import('./routes/stores.$id.tsx?tsr-split=component')]],
  [/^\/overview$/, (client) => [client.query(metricsQuery), import('./routes/overview.tsx?tsr-split=component')]],
]

function begin(client: QueryClient): void {
  if (config.auth === 'header' && userId.get() === null) return
  for (const [path, begin] of beginnings) {
    const found = path.exec(location.pathname)
    if (found === null) continue
    begin(client, found[1] ?? '').forEach(ahead)
    break
  }
  ahead(client.query(enginesQuery))
  ahead(client.query(capabilitiesQuery).then(async (paths) => paths.has('/api/me') && (await client.query(meQuery))))
}

/** Lets the browser paint and answer in between: on a slow phone each step takes long. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

async function start(): Promise<void> {
  const main = import('./main')
  await loadConfig()
  const client = makeQueryClient()
  begin(client)
  await pause()
  prepareFormats()
  const { show } = await main
  await pause()
  await show(client)
}

// Not awaited: the views' files import from this one, and would wait for it for ever.
void start()
