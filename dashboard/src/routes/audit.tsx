import { createFileRoute } from '@tanstack/react-router'
import { AuditPage } from '@/features/audit/audit-page'
import type { AuditSearch } from '@/features/audit/search'

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

export const Route = createFileRoute('/audit')({
  validateSearch: (raw: Record<string, unknown>): AuditSearch => ({ actor: text(raw.actor), action: text(raw.action), result: text(raw.result), cursor: text(raw.cursor) }),
  component: function AuditRoute() {
    return <AuditPage search={Route.useSearch()} />
  },
})
