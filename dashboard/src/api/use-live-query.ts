import { type QueryKey, type UseQueryOptions, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useObservable } from '@/lib/use-observable'
import { connection } from './connection'

/** useQuery for what is pushed: when the live connection breaks, or is back, it is decided anew how often to ask. */
export function useLiveQuery<Raw, Fault, Data, Key extends QueryKey>(options: UseQueryOptions<Raw, Fault, Data, Key>): UseQueryResult<Data, Fault> {
  useObservable(connection)
  return useQuery(options)
}
