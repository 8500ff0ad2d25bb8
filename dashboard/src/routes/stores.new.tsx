import { createFileRoute } from '@tanstack/react-router'
import { CreatePage } from '@/features/create/create-page'

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

export const Route = createFileRoute('/stores/new')({
  validateSearch: (raw: Record<string, unknown>): { name?: string; engine?: string } => ({ name: text(raw.name), engine: text(raw.engine) }),
  component: function CreateRoute() {
    return <CreatePage preset={Route.useSearch()} />
  },
})
