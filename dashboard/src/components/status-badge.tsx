import { Ban, Check, Clock, LoaderCircle, Trash2, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { StoreStatus } from '@/api/types'
import { cn } from '@/lib/cn'
import { statusText } from '@/lib/text/stores'

// Shape and word tell the status; colour only helps.
const looks: Record<StoreStatus, { tone: string; icon: ReactNode }> = {
  Queued: { tone: 'bg-sunken text-ink-2', icon: <Clock /> },
  Provisioning: { tone: 'bg-accent-soft text-accent-ink', icon: <LoaderCircle className="motion-safe:animate-spin" /> },
  Ready: { tone: 'bg-good-soft text-good-ink', icon: <Check /> },
  Degraded: { tone: 'bg-warn-soft text-warn-ink', icon: <TriangleAlert /> },
  Failed: { tone: 'bg-bad-soft text-bad-ink', icon: <Ban /> },
  Deleting: { tone: 'bg-sunken text-ink-2', icon: <Trash2 /> },
}

export function StatusBadge({ status, large = false }: { status: StoreStatus; large?: boolean }) {
  const look = looks[status]
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1.5 rounded-full font-medium whitespace-nowrap',
        large ? 'h-7 px-2.5 text-base [&_svg]:size-4' : 'h-6 px-2 text-sm [&_svg]:size-3.5',
        look.tone,
      )}
    >
      <span aria-hidden className="contents">
        {look.icon}
      </span>
      {statusText[status]}
    </span>
  )
}
