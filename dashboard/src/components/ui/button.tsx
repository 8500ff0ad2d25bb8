import type { ButtonHTMLAttributes } from 'react'
import { cn } from '@/lib/cn'

const base =
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-lg font-medium whitespace-nowrap transition-[background-color,border-color,color,opacity] duration-150 select-none disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0'

const variants = {
  primary: 'bg-ink text-on-ink hover:bg-ink/88',
  outline: 'border border-line-strong bg-surface text-ink shadow-card hover:bg-sunken',
  quiet: 'text-ink-2 hover:bg-sunken hover:text-ink',
  danger: 'bg-bad-fill text-white hover:bg-bad-fill/88',
  'danger-outline': 'border border-line-strong bg-surface text-bad-ink shadow-card hover:border-bad/50 hover:bg-bad-soft',
}

const sizes = {
  sm: 'h-8 px-2.5 text-sm',
  md: 'h-9 px-3.5 text-base',
  lg: 'h-11 px-5 text-lg',
  icon: 'size-9',
  'icon-sm': 'size-8',
}

interface Look {
  variant?: keyof typeof variants
  size?: keyof typeof sizes
  className?: string
}

/** The look of a button, for links that act like one, too. */
export const buttonStyle = ({ variant = 'outline', size = 'md', className }: Look): string => cn(base, variants[variant], sizes[size], className)

export function Button({ variant, size, className, type = 'button', ...props }: ButtonHTMLAttributes<HTMLButtonElement> & Look) {
  return <button type={type} className={buttonStyle({ variant, size, className })} {...props} />
}
