import { createFileRoute } from '@tanstack/react-router'
import type { AuditQuery } from '@/api/audit'
import { AuditPage } from '@/features/audit/audit-page'

const results = ['accepted', 'refused'] as const
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

export const Route = createFileRoute('/audit')({
  validateSearch: (raw: Record<string, unknown>): AuditQuery => ({ actor: text(raw.actor), action: text(raw.action), result: results.find((result) => result === raw.result), cursor: text(raw.cursor) }),
  component: function AuditRoute() {
    return <AuditPage search={Route.useSearch()} />
  },
})
