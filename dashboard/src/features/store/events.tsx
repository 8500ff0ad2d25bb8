import { useQuery } from '@tanstack/react-query'
import triangleAlertIcon from 'lucide/dist/esm/icons/triangle-alert.mjs'
import { Icon } from '@/components/icon'
import { eventsQuery } from '@/api/queries'
import { ProblemNotice } from '@/components/problem-view'
import { RelativeTime } from '@/components/relative-time'
import { Skeleton } from '@/components/ui/skeleton'
import { storeText } from '@/lib/text/store'

const text = storeText.events

export function Events({ id }: { id: string }) {
  const events = useQuery(eventsQuery(id))
  if (events.error !== null && events.data === undefined) return <ProblemNotice error={events.error} retry={() => void events.refetch()} />
  if (events.data === undefined) return <Skeleton className="my-3 h-24" />
  if (events.data.length === 0) return <p className="py-6 text-center text-ink-3">{text.empty}</p>
  return (
    <ol className="divide-y divide-line">
      {events.data.map((event) => (
        <li key={event.id} className="grid grid-cols-[1.25rem_minmax(0,1fr)_auto] gap-x-3 py-2.5">
          <span className="pt-0.5">{event.type === 'Warning' && <Icon of={triangleAlertIcon} role="img" aria-label={text.warning} className="size-4.5 text-warn" />}</span>
          <div className="min-w-0">
            <p className="font-medium">{event.reason}</p>
            <p className="text-sm text-ink-2 wrap-anywhere">{event.message}</p>
          </div>
          <span className="text-sm text-ink-3">
            <RelativeTime value={event.at} />
          </span>
        </li>
      ))}
    </ol>
  )
}
