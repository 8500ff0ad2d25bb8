import { queryOptions } from '@tanstack/react-query'
import * as client from './generated/client'
import { untilAnswered } from './queries'
import type { Metrics } from './types'

const everyMs = 15_000

export const metricsQuery = queryOptions({
  queryKey: ['metrics'],
  // Asked with Accept: application/json, as every request here, it is never Prometheus's text.
  queryFn: ({ signal }) => client.getMetrics({ signal }) as Promise<Metrics>,
  refetchInterval: untilAnswered(everyMs),
})

export const healthQuery = queryOptions({ queryKey: ['health'], queryFn: ({ signal }) => client.getHealth({ signal }), refetchInterval: untilAnswered(everyMs) })
