import { cn } from '@/lib/cn'

/** How much of something is used. */
export function Meter({ label, value, used, max }: { label: string; value: string; used: number; max: number }) {
  const share = max <= 0 ? 1 : Math.min(1, used / max)
  return (
    <div>
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <span className="text-ink-2">{label}</span>
        <span className="font-medium tabular">{value}</span>
      </div>
      <div role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={max} aria-valuenow={used} aria-valuetext={value} className="mt-2 h-1.5 overflow-hidden rounded-full bg-line">
        <div className={cn('h-full rounded-full transition-[width]', share >= 1 ? 'bg-bad' : share >= 0.8 ? 'bg-warn' : 'bg-accent')} style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  )
}
