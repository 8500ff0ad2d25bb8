import { queryOptions } from '@tanstack/react-query'
import { request } from './http'
import { keys } from './queries'

/** How much of something a store uses, and the most that it may; null where nobody measures or limits it. */
export interface Use {
  used: number | null
  limit: number | null
}

/** `GET /api/stores/:id/usage`: processor time in cores, the rest in bytes. */
export interface Usage {
  /** When it was measured. */
  at: string
  cpu: Use
  memory: Use
  storage?: Use
}

export interface UsageHistory {
  now: Usage
  /** What was seen since the page was opened, oldest first. */
  samples: Usage[]
}

/** Kubernetes measures every 15 seconds or so. */
const everyMs = 10_000
const kept = 90

export function addSample(history: UsageHistory | undefined, now: Usage): UsageHistory {
  const before = history?.samples ?? []
  const known = before.at(-1)?.at === now.at
  return { now, samples: known ? before : [...before, now].slice(-kept) }
}

export const usageQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.store(id), 'usage'],
    queryFn: async ({ client, queryKey, signal }): Promise<UsageHistory> => {
      const usage = await request<Usage>(`/api/stores/${encodeURIComponent(id)}/usage`, { signal })
      return addSample(client.getQueryData<UsageHistory>(queryKey), usage)
    },
    refetchInterval: everyMs,
  })
