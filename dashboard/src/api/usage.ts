import { queryOptions } from '@tanstack/react-query'
import { getStoreUsage } from './generated/client'
import { keys } from './queries'
import type { StoreUsage } from './types'

export interface UsageHistory {
  now: StoreUsage
  /** What was seen since the page was opened, oldest first. */
  samples: StoreUsage[]
}

/** Kubernetes measures every 15 seconds or so. */
const everyMs = 10_000
const kept = 90

export function addSample(history: UsageHistory | undefined, now: StoreUsage): UsageHistory {
  const before = history?.samples ?? []
  const known = before.at(-1)?.at === now.at
  return { now, samples: known ? before : [...before, now].slice(-kept) }
}

export const usageQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.store(id), 'usage'],
    queryFn: async ({ client, queryKey, signal }): Promise<UsageHistory> => addSample(client.getQueryData<UsageHistory>(queryKey), await getStoreUsage(encodeURIComponent(id), { signal })),
    refetchInterval: everyMs,
  })
