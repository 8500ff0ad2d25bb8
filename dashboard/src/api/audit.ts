import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { request } from './http'
import { untilAnswered } from './queries'
import { given } from './stores'
import type { AuditPage } from './types'

export interface AuditQuery {
  actor?: string
  action?: string
  result?: 'accepted' | 'refused'
  cursor?: string
}

export const auditQuery = (values: AuditQuery) =>
  queryOptions({
    queryKey: ['audit', values],
    queryFn: ({ signal }) => request<AuditPage>(`/api/audit?${new URLSearchParams(given(values) as Record<string, string>).toString()}`, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: untilAnswered(),
  })
