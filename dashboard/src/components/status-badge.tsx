import banIcon from 'lucide/dist/esm/icons/ban.mjs'
import checkIcon from 'lucide/dist/esm/icons/check.mjs'
import clockIcon from 'lucide/dist/esm/icons/clock.mjs'
import loaderCircleIcon from 'lucide/dist/esm/icons/loader-circle.mjs'
import trashIcon from 'lucide/dist/esm/icons/trash.mjs'
import triangleAlertIcon from 'lucide/dist/esm/icons/triangle-alert.mjs'
import { Icon } from '@/components/icon'
import type { ReactNode } from 'react'
import type { StoreStatus } from '@/api/types'
import { cn } from '@/lib/cn'
import { statusText } from '@/lib/text/stores'

// Shape and word tell the status; colour only helps.
const looks: Record<StoreStatus, { tone: string; icon: ReactNode }> = {
  Queued: { tone: 'bg-sunken text-ink-2', icon: <Icon of={clockIcon} /> },
  Provisioning: { tone: 'bg-accent-soft text-accent-ink', icon: <Icon of={loaderCircleIcon} className="motion-safe:animate-spin" /> },
  Ready: { tone: 'bg-good-soft text-good-ink', icon: <Icon of={checkIcon} /> },
  Degraded: { tone: 'bg-warn-soft text-warn-ink', icon: <Icon of={triangleAlertIcon} /> },
  Failed: { tone: 'bg-bad-soft text-bad-ink', icon: <Icon of={banIcon} /> },
  Deleting: { tone: 'bg-sunken text-ink-2', icon: <Icon of={trashIcon} /> },
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
