import { connection } from '@/api/connection'
import { cn } from '@/lib/cn'
import { useObservable } from '@/lib/use-observable'
import { shellText } from '@/lib/text/shell'

const text = shellText.connection

/** A quiet dot while changes are pushed; a sentence when they aren't. */
export function ConnectionDot() {
  const state = useObservable(connection)
  if (state !== 'live' && state !== 'rest') return null
  return (
    <span title={state === 'live' ? text.liveHint : text.restHint} className="hidden items-center gap-1.5 px-1 text-sm text-ink-3 sm:inline-flex">
      <span aria-hidden className={cn('size-1.5 rounded-full', state === 'live' ? 'bg-good' : 'bg-line-strong')} />
      {text[state]}
    </span>
  )
}

export function ConnectionBar() {
  const state = useObservable(connection)
  const broken = state === 'polling' || state === 'offline'
  return (
    <div role="status" className={cn('text-sm', broken && 'border-b border-warn/30 bg-warn-soft text-warn-ink')}>
      {broken && (
        <p className="mx-auto max-w-6xl px-4 py-2 sm:px-6">
          <span className="font-medium">{text[state]}.</span> {state === 'offline' ? text.offlineHint : text.pollingHint}
        </p>
      )}
    </div>
  )
}
