import { useQuery } from '@tanstack/react-query'
import type { ResourceUse } from '@/api/generated/client'
import type { StoreUsage } from '@/api/types'
import { usageQuery } from '@/api/usage'
import { useAnswer } from '@/api/use-answer'
import { ProblemNotice } from '@/components/problem'
import { Skeleton } from '@/components/ui/skeleton'
import { cn } from '@/lib/cn'
import { formatDuration } from '@/lib/format-duration'
import { formatBytes, formatCoreCount, formatCores } from '@/lib/format-resources'
import { storeText } from '@/lib/text/store'
import { Sparkline } from './sparkline'

const text = storeText.resources

const rows = [
  { key: 'cpu', label: text.cpu, format: formatCores, bare: formatCoreCount },
  { key: 'memory', label: text.memory, format: formatBytes, bare: formatBytes },
  { key: 'storage', label: text.storage, format: formatBytes, bare: formatBytes },
] as const

interface TileProps {
  label: string
  use: ResourceUse
  values: number[]
  /** With its unit. */
  format: (value: number) => string
  /** Where the unit follows anyway. */
  bare: (value: number) => string
}

function Tile({ label, use, values, format, bare }: TileProps) {
  // What isn't measured is at least set aside.
  const taken = use.used ?? use.reserved
  const limit = use.limit ?? null
  const share = taken == null || limit === null || limit <= 0 ? null : Math.min(1, taken / limit)
  return (
    <div className="min-w-0">
      <dt className="eyebrow">{label}</dt>
      <dd>
        <span className="mr-1.5 text-xl font-medium tracking-tight tabular">{taken == null ? '–' : limit === null ? format(taken) : bare(taken)}</span>
        {limit !== null && <span className="text-sm whitespace-nowrap text-ink-3">{text.of(format(limit))}</span>}
        <div className="mt-2 h-9">
          {values.length > 0 ? <Sparkline values={values} /> : use.used == null && use.reserved != null && <p className="text-sm text-ink-3">{text.reserved}</p>}
        </div>
        {share !== null && (
          <div aria-hidden className="mt-2 h-1 overflow-hidden rounded-full bg-line">
            <div className={cn('h-full min-w-0.5 rounded-full', share >= 0.95 ? 'bg-bad' : share >= 0.8 ? 'bg-warn' : 'bg-accent')} style={{ width: `${share * 100}%` }} />
          </div>
        )}
      </dd>
    </div>
  )
}

const span = (samples: StoreUsage[]): number => Date.parse(samples.at(-1)?.at ?? '') - Date.parse(samples[0]?.at ?? '')

/** What the store takes of the cluster, against what it may take. The curve begins when the page is opened. */
export function Resources({ id, known }: { id: string; known: boolean }) {
  const usage = useQuery({ ...usageQuery(id), enabled: known })
  const { data, error } = useAnswer(usage)
  return (
    <section aria-labelledby="resources" className="rounded-xl border border-line bg-surface shadow-card">
      <div className="flex items-baseline justify-between gap-3 px-5 pt-4">
        <h2 id="resources" className="font-semibold tracking-tight">
          {text.title}
        </h2>
        {data !== undefined && data.samples.length > 1 && <p className="text-sm text-ink-3">{text.span(formatDuration(span(data.samples)))}</p>}
      </div>
      {data !== undefined ? (
        <dl className="grid grid-cols-2 gap-x-8 gap-y-5 px-5 pt-3 pb-5 sm:grid-cols-3">
          {rows.map(({ key, label, format, bare }) => (
            <Tile key={key} label={label} use={data.now[key]} format={format} bare={bare} values={data.samples.flatMap((sample) => sample[key].used ?? [])} />
          ))}
        </dl>
      ) : error !== null ? (
        <ProblemNotice error={error} retry={usage.refetch} className="m-5 mt-3" />
      ) : (
        <Skeleton className="mx-5 mt-3 mb-5 h-59 sm:h-26" />
      )}
    </section>
  )
}
