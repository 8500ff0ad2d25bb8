import { useQuery } from '@tanstack/react-query'
import triangleAlertIcon from 'lucide/dist/esm/icons/triangle-alert.mjs'
import { Icon } from '@/components/icon'
import type { StoreEvent } from '@/api/generated/client'
import { eventsQuery } from '@/api/inside'
import { useAnswer } from '@/api/use-answer'
import { ProblemNotice } from '@/components/problem'
import { RelativeTime } from '@/components/relative-time'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { storeText } from '@/lib/text/store'

const text = storeText.events

export function Events({ id }: { id: string }) {
  const events = useQuery(eventsQuery(id))
  const { data, error } = useAnswer(events)
  if (error !== null && data === undefined) return <ProblemNotice error={error} retry={events.refetch} />
  if (data === undefined) {
    return (
      <div role="status" aria-label={text.loading}>
        <Skeleton className="my-3 h-24" />
      </div>
    )
  }
  const { items, complete } = data
  return (
    <>
      {!complete && (
        <Notice tone="warn" className="my-2">
          {text.incomplete}
        </Notice>
      )}
      {items.length === 0 && complete ? <p className="py-6 text-center text-ink-3">{text.empty}</p> : <List events={items} />}
    </>
  )
}

function List({ events }: { events: StoreEvent[] }) {
  return (
    <ol className="divide-y divide-line">
      {events.map((event) => (
        <li key={event.id} className="grid grid-cols-[1.25rem_minmax(0,1fr)_auto] gap-x-3 py-2.5">
          <span className="pt-0.5">{event.type === 'Warning' && <Icon of={triangleAlertIcon} role="img" aria-label={text.warning} className="size-4.5 text-warn" />}</span>
          <div className="min-w-0">
            <p className="font-medium wrap-anywhere">
              {event.reason}
              {event.count > 1 && <span className="font-normal text-ink-3"> · {text.times(event.count)}</span>}
            </p>
            <p className="text-sm text-ink-2 wrap-anywhere">{event.message}</p>
            {event.object != null && <p className="font-mono text-xs text-ink-3 wrap-anywhere">{event.object}</p>}
          </div>
          <span className="text-sm text-ink-3">
            <RelativeTime value={event.at} />
          </span>
        </li>
      ))}
    </ol>
  )
}
