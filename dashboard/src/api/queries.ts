import { MutationCache, QueryCache, QueryClient, type QueryExecuteOptions, type QueryKey, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ahead } from '@/lib/ahead'
import { config } from '@/lib/config'
import { connection } from './connection'
import { request } from './http'
import { Problem, isUnauthenticated } from './problem'
import { signedOut } from './session'
import * as api from './stores'

/** How often is asked when nothing is pushed. */
export const pollMs = 5_000

interface Asked {
  state: { error: Error | null }
}

/** Whether the API meant it: then another try makes no sense, or none before the time that it named. */
export const isMeant = (error: Error | null): error is Problem => error instanceof Problem && error.status < 500

/** An error is no answer, so that is asked again until there is one, unless the answer was meant. */
const afterError = (error: Error): number | false => (isMeant(error) ? error.status === 429 && Math.max(pollMs, error.retryAfter ?? 0) : pollMs)

/** When to ask again: not while changes are pushed. */
const again = ({ state: { error } }: Asked): number | false => (error !== null ? afterError(error) : connection.get() === 'live' ? false : pollMs)

/** For what stays as it is once it is known, or is asked for at a pace of its own. */
export const untilAnswered =
  (then: number | false = false) =>
  ({ state: { error } }: Asked): number | false =>
    error !== null ? afterError(error) : then

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
        // Asking again helps against a bad network, not against an answer that was meant; 503 may pass. Who has waited for the time
        // limit is told.
        retry: (failures, error) => failures < 2 && (error instanceof Problem ? error.status >= 500 : error.message !== 'timeout'),
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
    refetchInterval: again,
  })

export const storeQuery = (id: string) =>
  queryOptions({
    queryKey: keys.store(id),
    queryFn: ({ signal }) => api.getStore(id, signal),
    refetchInterval: again,
  })

export const enginesQuery = queryOptions({
  queryKey: ['engines'],
  queryFn: ({ signal }) => api.listEngines(signal),
  staleTime: 5 * 60_000,
  refetchInterval: untilAnswered(),
})

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => api.getMe(signal), staleTime: 30_000, refetchInterval: untilAnswered() })

/**
 * What this API can do, by its own description: a dashboard may meet an older backend during an upgrade, and shows nothing that would
 * only fail.
 */
export const capabilitiesQuery = queryOptions({
  queryKey: ['capabilities'],
  queryFn: async ({ signal }) => {
    const description = await request<{ paths: Record<string, unknown> }>('/api/openapi.json', { signal })
    return new Set(Object.keys(description.paths))
  },
  staleTime: Infinity,
  gcTime: Infinity,
  refetchInterval: (query) => (query.state.status === 'error' ? pollMs : false),
})

/** Asks what a view will want. What has just failed is left to the view, which asks again at its own pace. */
export function askAhead<Data, Key extends QueryKey>(client: QueryClient, query: QueryExecuteOptions<Data, Error, Data, Data, Key>): void {
  if (client.getQueryState(query.queryKey)?.status !== 'error') ahead(client.query(query))
}
