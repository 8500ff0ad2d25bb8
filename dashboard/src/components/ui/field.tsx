import type { ComponentProps, ReactNode } from 'react'
import chevronDownIcon from 'lucide/dist/esm/icons/chevron-down.mjs'
import { Icon } from '@/components/icon'
import { cn } from '@/lib/cn'

const box =
  'h-9 rounded-lg border border-field-line bg-surface text-base text-ink transition-colors placeholder:text-ink-3 hover:border-ink-3 aria-invalid:border-bad disabled:opacity-60'

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn(box, 'w-full px-3', className)} {...props} />
}

/** The browser's own list: it is the right one on a phone, for keyboards and for screen readers. */
export function Select({ className, children, ...props }: ComponentProps<'select'>) {
  return (
    <span className={cn('relative inline-flex', className)}>
      <select className={cn(box, 'w-full appearance-none border-line-strong pr-8 pl-3 shadow-card')} {...props}>
        {children}
      </select>
      <Icon of={chevronDownIcon} aria-hidden className="pointer-events-none absolute top-1/2 right-2.5 size-4 -translate-y-1/2 text-ink-3" />
    </span>
  )
}

interface FieldProps {
  id: string
  label: ReactNode
  hint?: ReactNode
  error?: ReactNode
  aside?: ReactNode
  children: ReactNode
}

/** A label, a control and what there is to say about it. The control refers to `${id}-note`. */
export function Field({ id, label, hint, error, aside, children }: FieldProps) {
  return (
    <div>
      <div className="mb-1.5 flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {aside}
      </div>
      {children}
      <p id={`${id}-note`} aria-live="polite" className={cn('mt-2.5 min-h-5 text-sm', error != null ? 'text-bad-ink' : 'text-ink-3')}>
        {error ?? hint}
      </p>
    </div>
  )
}
