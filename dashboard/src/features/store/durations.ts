import type { TimelineStep } from '@/api/types'

const at = (value: string | null | undefined): number | null => (value == null ? null : Date.parse(value))

/** A step on a common axis: where it begins and how long it took, or has taken so far. */
export interface Span {
  step: TimelineStep
  /** Milliseconds since the first step began; null while it hasn't begun. */
  offset: number | null
  length: number
}

/** The steps as bars of one drawing. `now` ends those that still run. */
export function spans(steps: TimelineStep[], now: number): { spans: Span[]; total: number } {
  const starts = steps.flatMap((step) => at(step.startedAt) ?? [])
  const origin = starts.length === 0 ? now : Math.min(...starts)
  const bars = steps.map((step): Span => {
    const start = at(step.startedAt)
    if (start === null) return { step, offset: null, length: 0 }
    const end = at(step.finishedAt) ?? (step.state === 'Running' ? now : start)
    return { step, offset: start - origin, length: Math.max(0, end - start) }
  })
  return { spans: bars, total: Math.max(0, ...bars.map((bar) => (bar.offset ?? 0) + bar.length)) }
}
