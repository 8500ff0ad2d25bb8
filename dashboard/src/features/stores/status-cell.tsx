import type { Store } from '@/api/types'
import { StatusBadge } from '@/components/status-badge'
import { StepBar } from '@/components/step-bar'
import { stepText, storesText } from '@/lib/text/stores'

/** What stands beside the badge: the step, the place in the queue, or why it failed. */
export function statusNote(store: Store): string | null {
  const steps = store.timeline ?? []
  if (store.status === 'Provisioning' && steps.length > 0) {
    const running = steps.findLast((step) => step.state === 'Running')
    const done = steps.filter((step) => step.state === 'Succeeded').length
    return running === undefined ? null : storesText.stepOf(stepText(running.name), done, steps.length)
  }
  if (store.status === 'Queued' && store.queuePosition != null) return storesText.queuePlace(store.queuePosition)
  return store.status === 'Failed' || store.status === 'Degraded' ? (store.message ?? null) : null
}

export function StatusCell({ store }: { store: Store }) {
  const note = statusNote(store)
  return (
    <div className="flex min-w-0 items-center gap-2.5">
      <StatusBadge status={store.status} />
      {store.status === 'Provisioning' && store.timeline !== undefined && store.timeline.length > 0 && (
        <StepBar steps={store.timeline} className="hidden w-20 shrink-0 lg:flex" />
      )}
      {note !== null && (
        <span title={note} className="hidden min-w-0 truncate text-sm text-ink-3 md:block">
          {note}
        </span>
      )}
    </div>
  )
}
