import { formatDuration } from '@/lib/format'
import { overviewText } from '@/lib/text/overview'

const text = overviewText.provisioning

export interface Bar {
  label: string
  range: string
  count: number
}

/** Prometheus counts cumulatively; people want to see how many fell into each range. Empty ranges at both ends are left out. */
export function toBars(buckets: { le: number | null; count: number }[]): Bar[] {
  const sorted = [...buckets].sort((a, b) => (a.le ?? Infinity) - (b.le ?? Infinity))
  const bars = sorted.map((bucket, index): Bar => {
    const lower = sorted[index - 1]
    const edge = bucket.le ?? lower?.le ?? 0
    const label = formatDuration(edge * 1000).replace('.0 s', ' s')
    return {
      label: bucket.le === null ? `> ${label}` : label,
      range: bucket.le === null ? text.over(label) : text.upTo(label),
      count: bucket.count - (lower?.count ?? 0),
    }
  })
  const first = bars.findIndex((bar) => bar.count > 0)
  const last = bars.findLastIndex((bar) => bar.count > 0)
  return first === -1 ? [] : bars.slice(Math.max(0, first - 1), last + 2)
}
