import { MutationCache, QueryCache, QueryClient, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { config } from '@/lib/config'
import { connection } from './connection'
import { Problem, isUnauthenticated } from './problem'
import { signedOut } from './session'
import * as api from './stores'
import type { LogSource } from './types'

/** How often is asked when nothing is pushed. */
export const pollMs = 5_000

/**
 * When to ask again: not while changes are pushed; but an error is no answer, so that is asked again until there is one, unless the
 * answer was meant. `pushed` is false for what the live connection doesn't tell.
 */
const again =
  (pushed = true) =>
  ({ state: { error } }: { state: { error: Error | null } }): number | false => {
    if (error instanceof Problem && error.status < 500) return error.status === 429 && Math.max(pollMs, error.retryAfter ?? 0)
    return error === null && pushed && connection.get() === 'live' ? false : pollMs
  }

let wasIn = false

const noticeSignOut = (error: unknown): void => {
  if (isUnauthenticated(error) && signedOut.get() === null) signedOut.set(wasIn || config.auth === 'header' ? 'ended' : 'never')
}

export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: noticeSignOut,
      onSuccess: (_, { queryKey }) => {
        // Anyone may ask for the rest.
        if (queryKey[0] === 'stores' || queryKey[0] === 'me') wasIn = true
      },
    }),
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
    // Only one's own are pushed.
    refetchInterval: again(values.scope !== 'all'),
  })

/** An admin may look at a store of someone else, and of such nothing is pushed. */
export const storeQuery = (id: string, admin = false) =>
  queryOptions({
    queryKey: keys.store(id),
    queryFn: ({ signal }) => api.getStore(id, signal),
    refetchInterval: again(!admin),
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
  queryOptions({ queryKey: [...keys.store(id), 'events'], queryFn: ({ signal }) => api.listEvents(id, signal), refetchInterval: 10_000 })

export const logsQuery = (id: string, source: LogSource) =>
  queryOptions({ queryKey: [...keys.store(id), 'logs', source], queryFn: ({ signal }) => api.readLogs(id, source, signal), gcTime: 0, staleTime: 0 })

export const auditQuery = (values: api.AuditQuery) =>
  queryOptions({ queryKey: ['audit', values], queryFn: ({ signal }) => api.listAudit(values, signal), placeholderData: keepPreviousData })
