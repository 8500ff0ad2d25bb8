import { MutationCache, QueryCache, QueryClient, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { connection } from './connection'
import { Problem, isUnauthenticated } from './problem'
import { sessionEnded } from './session'
import * as api from './stores'
import type { Store, StorePage } from './types'

/** How often is asked when nothing is pushed. */
export const pollMs = 5_000

const whilePolling = (): number | false => (connection.get() === 'live' ? false : pollMs)

const noticeSignOut = (error: unknown): void => {
  if (isUnauthenticated(error)) sessionEnded.set(true)
}

export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({ onError: noticeSignOut }),
    mutationCache: new MutationCache({ onError: noticeSignOut }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 10 * 60_000,
        // Asking again helps against a bad network, not against an answer that was meant; 503 may pass.
        retry: (failures, error) => failures < 2 && !(error instanceof Problem && error.status < 500),
        retryDelay: (failures) => 400 * 2 ** failures,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  })

export const keys = {
  lists: ['stores', 'list'] as const,
  store: (id: string) => ['stores', 'one', id] as const,
}

export const storesQuery = (values: api.StoreQuery) =>
  queryOptions({
    queryKey: [...keys.lists, values],
    queryFn: ({ signal }) => api.listStores(values, signal),
    placeholderData: keepPreviousData,
    refetchInterval: whilePolling,
  })

export const storeQuery = (id: string) =>
  queryOptions({
    queryKey: keys.store(id),
    queryFn: ({ signal }) => api.getStore(id, signal),
    refetchInterval: (query) => (query.state.status === 'error' ? pollMs : whilePolling()),
  })

export const enginesQuery = queryOptions({
  queryKey: ['engines'],
  queryFn: ({ signal }) => api.listEngines(signal),
  staleTime: 5 * 60_000,
})

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => api.getMe(signal), staleTime: 30_000 })

export const metricsQuery = queryOptions({ queryKey: ['metrics'], queryFn: ({ signal }) => api.getMetrics(signal), refetchInterval: 15_000 })

export const healthQuery = queryOptions({ queryKey: ['health'], queryFn: ({ signal }) => api.getHealth(signal), refetchInterval: 15_000 })

export const eventsQuery = (id: string) =>
  queryOptions({ queryKey: [...keys.store(id), 'events'], queryFn: async ({ signal }) => (await api.listEvents(id, signal)).items, refetchInterval: 10_000 })

export const logsQuery = (id: string, source: string) =>
  queryOptions({ queryKey: [...keys.store(id), 'logs', source], queryFn: ({ signal }) => api.readLogs(id, source, signal), gcTime: 0, staleTime: 0 })

export const auditQuery = (values: api.AuditQuery) =>
  queryOptions({ queryKey: ['audit', values], queryFn: ({ signal }) => api.listAudit(values, signal), placeholderData: keepPreviousData })

/** Puts a store that was pushed, or just created, wherever it is shown. Says whether a list may have it in another place now. */
export function placeStore(client: QueryClient, store: Store): void {
  client.setQueryData<Store>(keys.store(store.id), (old) => ({ ...old, ...store }))
  const holds = (page: StorePage | undefined): page is StorePage => page?.items.some((item) => item.id === store.id) === true
  const shown = client.getQueriesData<StorePage>({ queryKey: keys.lists }).some(([, page]) => holds(page))
  client.setQueriesData<StorePage>({ queryKey: keys.lists }, (page) => {
    if (!holds(page)) return page
    return { ...page, items: page.items.map((item) => (item.id === store.id ? { ...item, ...store } : item)) }
  })
  if (!shown) void client.invalidateQueries({ queryKey: keys.lists })
}

export function dropStore(client: QueryClient, id: string): void {
  client.setQueriesData<StorePage>({ queryKey: keys.lists }, (page) =>
    page?.items.some((item) => item.id === id)
      ? { ...page, items: page.items.filter((item) => item.id !== id), total: Math.max(0, page.total - 1) }
      : page,
  )
  // Its page asks again and is told that it is gone.
  void client.invalidateQueries({ queryKey: keys.store(id) })
}
