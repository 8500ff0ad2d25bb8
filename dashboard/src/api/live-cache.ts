import type { QueryClient } from '@tanstack/react-query'
import { keys } from './queries'
import type { Store, StorePage } from './types'

// Many stores may change at once; the lists are asked for again once for all of them.
const settleMs = 500
const waiting = new WeakSet<QueryClient>()

function refreshLists(client: QueryClient): void {
  if (waiting.has(client)) return
  waiting.add(client)
  setTimeout(() => {
    waiting.delete(client)
    void client.invalidateQueries({ queryKey: keys.lists })
  }, settleMs)
}

/** Puts a store that was pushed wherever it is shown. Where it may belong in another place, or in a list it wasn't in, that is asked for. */
export function placeStore(client: QueryClient, store: Store): void {
  client.setQueryData<Store>(keys.store(store.id), (old) => ({ ...old, ...store }))
  const shown = client
    .getQueriesData<StorePage>({ queryKey: keys.lists })
    .flatMap(([, page]) => page?.items.filter((item) => item.id === store.id) ?? [])
  client.setQueriesData<StorePage>({ queryKey: keys.lists }, (page) =>
    page?.items.some((item) => item.id === store.id)
      ? { ...page, items: page.items.map((item) => (item.id === store.id ? { ...item, ...store } : item)) }
      : page,
  )
  if (shown.length === 0 || shown.some((item) => item.status !== store.status)) refreshLists(client)
}

export function dropStore(client: QueryClient, id: string): void {
  client.setQueriesData<StorePage>({ queryKey: keys.lists }, (page) =>
    page?.items.some((item) => item.id === id)
      ? { ...page, items: page.items.filter((item) => item.id !== id), total: Math.max(0, page.total - 1) }
      : page,
  )
  refreshLists(client)
  // Its page asks again and is told that it is gone.
  void client.invalidateQueries({ queryKey: keys.store(id) })
}
