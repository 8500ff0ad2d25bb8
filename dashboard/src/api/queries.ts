import { MutationCache, QueryCache, QueryClient, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { config } from '@/lib/config'
import { connection } from './connection'
import { Problem, isUnauthenticated } from './problem'
import { signedOut } from './session'
import * as api from './stores'

/** How often is asked when nothing is pushed. */
export const pollMs = 5_000

interface Asked {
  state: { error: Error | null }
}

/** An error is no answer, so that is asked again until there is one, unless the answer was meant. */
const afterError = (error: Error): number | false =>
  error instanceof Problem && error.status < 500 ? error.status === 429 && Math.max(pollMs, error.retryAfter ?? 0) : pollMs

/** When to ask again: not while changes are pushed. `pushed` is false for what the live connection doesn't tell. */
const again =
  (pushed = true) =>
  ({ state: { error } }: Asked): number | false =>
    error !== null ? afterError(error) : pushed && connection.get() === 'live' ? false : pollMs

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
  refetchInterval: untilAnswered(),
})

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => api.getMe(signal), staleTime: 30_000, refetchInterval: untilAnswered() })
