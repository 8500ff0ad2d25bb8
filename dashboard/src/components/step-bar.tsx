import type { TimelineStep } from '@/api/types'
import { cn } from '@/lib/cn'
import { storesText } from '@/lib/text/stores'

const fills = {
  Pending: 'bg-line-strong/60',
  Running: 'bg-accent/45 motion-safe:animate-pulse-soft',
  Succeeded: 'bg-accent',
  Failed: 'bg-bad',
}

/** One short segment a step. */
export function StepBar({ steps, className }: { steps: TimelineStep[]; className?: string }) {
  const done = steps.filter((step) => step.state === 'Succeeded').length
  return (
    <span role="img" aria-label={storesText.progress(done, steps.length)} className={cn('flex gap-0.5', className)}>
      {steps.map((step) => (
        <span key={step.name} className={cn('h-1 flex-1 rounded-full transition-colors', fills[step.state])} />
      ))}
    </span>
  )
}
