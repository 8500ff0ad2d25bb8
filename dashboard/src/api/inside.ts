import { queryOptions } from '@tanstack/react-query'
import * as client from './generated/client'
import { keys, untilAnswered } from './queries'
import type { LogSource } from './types'

/** What goes on inside of a store. */
export const eventsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.store(id), 'events'],
    queryFn: ({ signal }) => client.listStoreEvents(encodeURIComponent(id), { signal }),
    refetchInterval: untilAnswered(10_000),
  })

export const logsQuery = (id: string, source: LogSource) =>
  queryOptions({
    queryKey: [...keys.store(id), 'logs', source],
    queryFn: ({ signal }) => client.readStoreLog(encodeURIComponent(id), { source }, { signal }),
    gcTime: 0,
    staleTime: 0,
    refetchInterval: untilAnswered(),
  })
