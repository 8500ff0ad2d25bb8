import checkIcon from 'lucide/dist/esm/icons/check.mjs'
import circleIcon from 'lucide/dist/esm/icons/circle.mjs'
import loaderCircleIcon from 'lucide/dist/esm/icons/loader-circle.mjs'
import xIcon from 'lucide/dist/esm/icons/x.mjs'
import { Icon } from '@/components/icon'
import type { ReactNode } from 'react'
import type { StepState, Store } from '@/api/types'
import { cn } from '@/lib/cn'
import { formatDuration } from '@/lib/format-duration'
import { stepText } from '@/lib/text/stores'
import { storeText } from '@/lib/text/store'
import { useNow } from '@/lib/use-now'
import { spans } from './durations'

const icons: Record<StepState, ReactNode> = {
  Pending: <Icon of={circleIcon} className="text-line-strong" />,
  Running: <Icon of={loaderCircleIcon} className="text-accent motion-safe:animate-spin" />,
  Succeeded: <Icon of={checkIcon} className="text-good" />,
  Failed: <Icon of={xIcon} className="text-bad" />,
}

const bars: Record<StepState, string> = { Pending: '', Running: 'bg-accent', Succeeded: 'bg-good/55', Failed: 'bg-bad' }

/** The steps as a waterfall: what ran when, beside what, and for how long. */
export function Timeline({ store }: { store: Store }) {
  const all = store.timeline ?? []
  // What ran when its store was deleted has stopped.
  const steps = store.status === 'Deleting' ? all.filter((step) => step.state !== 'Running') : all
  const now = useNow(100, steps.some((step) => step.state === 'Running'))
  if (steps.length === 0) return <p className="py-6 text-center text-ink-3">{storeText.timeline.empty}</p>
  const { spans: rows, total } = spans(steps, now)
  return (
    <ol className="divide-y divide-line">
      {rows.map(({ step, offset, length }) => (
        <li key={step.name} className="grid grid-cols-[1.25rem_minmax(0,1fr)_4.5rem] items-center gap-x-3 py-2.5 sm:grid-cols-[1.25rem_minmax(0,15rem)_minmax(0,1fr)_4.5rem]">
          <span aria-hidden className="[&_svg]:size-4.5">
            {icons[step.state]}
          </span>
          <div className="min-w-0">
            <p className={cn('font-medium', step.state === 'Pending' && 'text-ink-3')}>
              {stepText(step.name)}
              <span className="sr-only">: {storeText.stepStates[step.state]}</span>
            </p>
            {step.message != null && step.message !== '' && <p className={cn('text-sm wrap-anywhere', step.state === 'Failed' ? 'text-bad-ink' : 'text-ink-3')}>{step.message}</p>}
          </div>
          <div aria-hidden className="relative hidden h-2 overflow-hidden rounded-full bg-sunken sm:block">
            {offset !== null && total > 0 && (
              <span
                className={cn('absolute inset-y-0 min-w-1 rounded-full', bars[step.state])}
                style={{ left: `${Math.min(99, (offset / total) * 100)}%`, width: `${(length / total) * 100}%` }}
              />
            )}
          </div>
          <span className="text-right text-sm text-ink-2 tabular">{offset === null ? <span className="text-ink-3">–</span> : formatDuration(length)}</span>
        </li>
      ))}
    </ol>
  )
}
