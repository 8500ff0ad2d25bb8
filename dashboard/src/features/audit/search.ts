import type { ListAuditParams } from '@/api/generated/client'
import { auditText as text } from '@/lib/text/audit'

/** What the address says about the audit log. */
export interface AuditSearch {
  actor?: string
  action?: string
  result?: string
  cursor?: string
}

const known = <Key extends string>(words: Record<Key, string>, value: string | undefined): Key | undefined => (Object.keys(words) as Key[]).find((key) => key === value)

/** Anyone can type an address, so what doesn't fit is dropped, not an error. */
export const toAuditQuery = (search: AuditSearch): ListAuditParams => ({ ...search, action: known(text.actions, search.action), result: known(text.results, search.result) })
