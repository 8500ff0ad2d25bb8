import type { ReactNode } from 'react'
import { useId } from 'react'

interface SegmentedProps {
  label: string
  value: string
  onChange: (value: string) => void
  options: { value: string; label: ReactNode; name?: string }[]
}

/** One of a few: radio buttons that look like one control. */
export function Segmented({ label, value, onChange, options }: SegmentedProps) {
  const group = useId()
  return (
    <fieldset className="inline-flex rounded-lg bg-sunken p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="relative inline-flex h-8 items-center gap-1.5 rounded-[0.4375rem] px-2.5 text-sm font-medium text-ink-2 transition-colors hover:text-ink has-checked:bg-raised has-checked:text-ink has-checked:shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent [&_svg]:size-4"
        >
          <input type="radio" name={group} className="sr-only" checked={option.value === value} onChange={() => onChange(option.value)} aria-label={option.name} />
          {option.label}
        </label>
      ))}
    </fieldset>
  )
}
