import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import * as client from './generated/client'
import { untilAnswered } from './queries'
import { given } from './stores'

export const auditQuery = (values: client.ListAuditParams) =>
  queryOptions({
    queryKey: ['audit', values],
    queryFn: ({ signal }) => client.listAudit(given(values), { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: untilAnswered(),
  })
