import { queryOptions } from '@tanstack/react-query'
import * as client from './generated/client'
import { Problem } from './problem'
import { untilAnswered } from './queries'
import type { Metrics } from './types'

const everyMs = 15_000

export const metricsQuery = queryOptions({
  queryKey: ['metrics'],
  // Asked with Accept: application/json, as every request here, it is never Prometheus's text.
  queryFn: ({ signal }) => client.getMetrics({ signal }) as Promise<Metrics>,
  refetchInterval: untilAnswered(everyMs),
})

/** When it is unwell it says 503, and still how each part is. */
const healthIn = (error: unknown): client.Health => {
  if (error instanceof Problem && 'dependencies' in error.body) return error.body as unknown as client.Health
  throw error
}

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => client.getHealth({ signal }).catch(healthIn),
  refetchInterval: untilAnswered(everyMs),
})
