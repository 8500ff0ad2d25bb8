import { useEffect, useId, useRef } from 'react'
import type { StoreStatus } from '@/api/types'
import { formatCount } from '@/lib/format'
import { statusText, storesText } from '@/lib/text/stores'
import { statuses } from './search'

interface StatusFilterProps {
  value: StoreStatus | undefined
  counts: Partial<Record<StoreStatus, number>> | undefined
  onChange: (status: StoreStatus | undefined) => void
}

/** One status or all of them. Counts stand there where the API tells them. */
export function StatusFilter({ value, counts, onChange }: StatusFilterProps) {
  const group = useId()
  const row = useRef<HTMLFieldSetElement>(null)
  // On a phone the chosen one may be outside of the row's visible part.
  useEffect(() => {
    // It gives a promise in newer browsers, which an effect must not.
    row.current?.querySelector(':checked')?.parentElement?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [value])
  const options: { value: StoreStatus | undefined; label: string; count?: number }[] = [
    { value: undefined, label: storesText.all },
    ...statuses.map((status) => ({ value: status, label: statusText[status], count: counts?.[status] })),
  ]
  return (
    <fieldset ref={row} className="-mx-4 flex min-w-0 gap-1 overflow-x-auto px-4 py-1 [scrollbar-width:none] sm:mx-0 sm:px-0.5">
      <legend className="sr-only">{storesText.filterStatus}</legend>
      {options.map((option) => (
        <label
          key={option.label}
          className="relative inline-flex h-8 shrink-0 scroll-mx-4 items-center gap-1.5 rounded-full px-3 text-sm font-medium text-ink-2 transition-colors hover:bg-sunken hover:text-ink has-checked:bg-ink has-checked:text-on-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent"
        >
          <input type="radio" name={group} className="sr-only" checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.label}
          {option.count !== undefined && option.count > 0 && <span className="font-normal tabular">{formatCount(option.count)}</span>}
        </label>
      ))}
    </fieldset>
  )
}
