import { cn } from '@/lib/cn'

/** A grey bar in the place of what is on its way. It appears late, so that quick answers don't flicker. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span aria-hidden className={cn('block animate-late', className)}>
      <span className="block size-full animate-pulse-soft rounded-md bg-line/80" />
    </span>
  )
}
