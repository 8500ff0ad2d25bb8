import circleAlertIcon from 'lucide/dist/esm/icons/circle-alert.mjs'
import infoIcon from 'lucide/dist/esm/icons/info.mjs'
import triangleAlertIcon from 'lucide/dist/esm/icons/triangle-alert.mjs'
import { Icon } from '@/components/icon'
import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

const tones = {
  info: { box: 'border-accent/25 bg-accent-soft', icon: <Icon of={infoIcon} className="text-accent-ink" /> },
  warn: { box: 'border-warn/35 bg-warn-soft', icon: <Icon of={triangleAlertIcon} className="text-warn-ink" /> },
  bad: { box: 'border-bad/25 bg-bad-soft', icon: <Icon of={circleAlertIcon} className="text-bad-ink" /> },
}

interface NoticeProps {
  tone: keyof typeof tones
  title?: ReactNode
  children?: ReactNode
  actions?: ReactNode
  className?: string
  /** Read out at once when it appears. */
  alert?: boolean
}

export function Notice({ tone, title, children, actions, className, alert }: NoticeProps) {
  return (
    <div role={alert ? 'alert' : undefined} className={cn('flex gap-3 rounded-xl border p-4', tones[tone].box, className)}>
      <span aria-hidden className="mt-0.5 [&_svg]:size-4.5">
        {tones[tone].icon}
      </span>
      <div className="min-w-0 flex-1">
        {title != null && <p className="font-medium text-ink">{title}</p>}
        {children != null && <div className="text-ink-2 wrap-anywhere">{children}</div>}
        {actions != null && <div className="mt-3 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  )
}
