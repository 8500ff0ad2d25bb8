import { createFileRoute } from '@tanstack/react-router'
import { AuditPage, type AuditSearch } from '@/features/audit/audit-page'

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

export const Route = createFileRoute('/audit')({
  validateSearch: (raw: Record<string, unknown>): AuditSearch => ({ actor: text(raw.actor), action: text(raw.action) }),
  component: () => <AuditPage search={Route.useSearch()} />,
})
