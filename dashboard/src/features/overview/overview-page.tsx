import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import checkIcon from 'lucide/dist/esm/icons/check.mjs'
import xIcon from 'lucide/dist/esm/icons/x.mjs'
import { Icon } from '@/components/icon'
import { type ReactNode, useId } from 'react'
import { useMe } from '@/api/me'
import { healthQuery, metricsQuery } from '@/api/platform'
import { enginesQuery, storesQuery } from '@/api/queries'
import type { DependencyState, Health, Metrics, StoreStatus } from '@/api/types'
import { useAnswer } from '@/api/use-answer'
import { useLiveQuery } from '@/api/use-live-query'
import { EngineMark } from '@/components/engine-mark'
import { LimitMeters } from '@/components/limit-meters'
import { ProblemNotice, ProblemView } from '@/components/problem'
import { StatusBadge } from '@/components/status-badge'
import { Skeleton } from '@/components/ui/skeleton'
import { cn } from '@/lib/cn'
import { formatCount } from '@/lib/format'
import { formatDuration } from '@/lib/format-duration'
import { timeToReady } from '@/lib/time-to-ready'
import { limitsText } from '@/lib/text/limits'
import { overviewText as text } from '@/lib/text/overview'
import { shellText } from '@/lib/text/shell'
import { statusText } from '@/lib/text/stores'
import { ProvisioningChart } from './provisioning-chart'

const latestCount = 40
const order: StoreStatus[] = ['Ready', 'Provisioning', 'Queued', 'Degraded', 'Failed', 'Deleting']
const fills: Record<StoreStatus, string> = {
  Ready: 'bg-good',
  Provisioning: 'bg-accent',
  Queued: 'bg-accent/45',
  Degraded: 'bg-warn',
  Failed: 'bg-bad',
  Deleting: 'bg-line-strong',
}

function Panel({ title, children }: { title: string; children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-xl border border-line bg-surface p-5 shadow-card">
      <h2 id={id} className="mb-4 font-semibold tracking-tight">{title}</h2>
      {children}
    </section>
  )
}

function Figure({ label, value, note, tone }: { label: string; value: number; note: string; tone?: 'bad' }) {
  return (
    <div className="rounded-xl border border-line bg-surface p-4 shadow-card sm:p-5">
      <dt className="text-sm font-medium text-ink-2">{label}</dt>
      <dd>
        <span className={cn('mt-1 block text-3xl font-medium tracking-tight tabular', tone === 'bad' && value > 0 && 'text-bad-ink')}>{formatCount(value)}</span>
        <span className="mt-0.5 block text-sm text-ink-3">{note}</span>
      </dd>
    </div>
  )
}

/** The stores that are looked at: an admin sees everyone's, whoever else only their own. */
interface Seen {
  total: number
  byStatus: Partial<Record<StoreStatus, number>>
}

function Figures({ seen: { total, byStatus }, created }: { seen: Seen; created: number | undefined }) {
  const of = (...statuses: StoreStatus[]): number => statuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0)
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-5 lg:grid-cols-4">
      <Figure label={created === undefined ? text.ownStores : text.stores} value={total} note={created === undefined ? text.ownNote : text.created(created)} />
      <Figure label={text.ready} value={of('Ready')} note={text.readyShare(total === 0 ? 0 : of('Ready') / total)} />
      <Figure label={text.working} value={of('Queued', 'Provisioning')} note={text.queue(of('Queued'))} />
      <Figure label={text.attention} value={of('Failed', 'Degraded')} note={text.attentionNote} tone="bad" />
    </dl>
  )
}

function ByStatus({ byStatus, everyone }: { byStatus: Seen['byStatus']; everyone: boolean }) {
  const rows = order.flatMap((status) => {
    const count = byStatus[status] ?? 0
    return count > 0 ? [{ status, count }] : []
  })
  const all = rows.reduce((sum, row) => sum + row.count, 0)
  if (all === 0) return <p className="text-ink-3">{text.none}</p>
  return (
    <>
      <div aria-hidden className="flex h-3 gap-0.5 overflow-hidden rounded-full">
        {rows.map((row) => (
          <span key={row.status} className={cn('min-w-1', fills[row.status])} style={{ flexGrow: row.count }} />
        ))}
      </div>
      <ul className="mt-4 grid grid-cols-2 gap-x-6 gap-y-1">
        {rows.map((row) => (
          <li key={row.status}>
            <Link to="/stores" search={{ status: row.status, all: everyone ? 'yes' : undefined }} className="-mx-2 flex items-center gap-2 rounded-md px-2 py-1 text-sm hover:bg-sunken">
              <span aria-hidden className={cn('size-2 rounded-full', fills[row.status])} />
              <span className="text-ink-2">{statusText[row.status]}</span>
              <span className="ml-auto font-medium tabular">{formatCount(row.count)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}

function OwnByEngine() {
  const engines = useQuery(enginesQuery).data ?? []
  // No list tells how many are of which engine, but each tells how many there are.
  const lists = useQueries({ queries: engines.map(({ name }) => storesQuery({ engine: name, limit: 1 })) })
  const counts = engines.map(({ name }, index): [string, number] => [name, lists[index]?.data?.total ?? 0])
  const byEngine = Object.fromEntries(counts.filter(([, count]) => count > 0))
  return lists.some((list) => list.isPending) ? <Skeleton className="h-12" /> : <ByEngine byEngine={byEngine} />
}

function ByEngine({ byEngine }: { byEngine: Record<string, number> }) {
  const engines = useQuery(enginesQuery).data
  const rows = Object.entries(byEngine).sort(([, a], [, b]) => b - a)
  const most = Math.max(1, ...rows.map(([, count]) => count))
  if (rows.length === 0) return <p className="text-ink-3">{text.none}</p>
  return (
    <ul className="space-y-3">
      {rows.map(([name, count]) => (
        <li key={name}>
          <div className="flex justify-between text-sm">
            <span className="text-ink-2">{engines?.find((engine) => engine.name === name)?.title ?? name}</span>
            <span className="font-medium tabular">{formatCount(count)}</span>
          </div>
          <div aria-hidden className="mt-1.5 h-2 rounded-full bg-sunken">
            <div className="h-full min-w-1 rounded-full bg-ink/70" style={{ width: `${(count / most) * 100}%` }} />
          </div>
        </li>
      ))}
    </ul>
  )
}

function Provisioning({ metrics }: { metrics: Metrics }) {
  const latest = useLiveQuery(storesQuery({ limit: latestCount }))
  const { average, p50, p95, p99 } = metrics.provisioningSeconds
  if (average == null) return <p className="text-ink-3">{text.provisioning.none}</p>
  const figures = [
    { label: text.provisioning.p50, seconds: p50 },
    { label: text.provisioning.average, seconds: average },
    { label: text.provisioning.p95, seconds: p95 },
    { label: text.provisioning.p99, seconds: p99 },
  ]
  const times = (latest.data?.items ?? [])
    .flatMap((store) => {
      const time = timeToReady(store)
      return time === null ? [] : [{ id: store.id, name: store.name, seconds: time / 1000 }]
    })
    .reverse()
  return (
    <>
      <dl className="mb-4 flex flex-wrap gap-x-8 gap-y-3">
        {figures.map((figure) => (
          <div key={figure.label}>
            <dt className="eyebrow">{figure.label}</dt>
            <dd className="text-xl font-medium tracking-tight tabular">{figure.seconds == null ? '–' : formatDuration(figure.seconds * 1000)}</dd>
          </div>
        ))}
      </dl>
      <p className="-mt-2 mb-4 text-sm text-ink-3">{text.provisioning.everyone}</p>
      {latest.isPending ? <Skeleton className="h-50" /> : times.length > 0 && <ProvisioningChart times={times} />}
    </>
  )
}

function Problems({ everyone }: { everyone: boolean }) {
  const scope = everyone ? 'all' : undefined
  const failed = useLiveQuery(storesQuery({ status: 'Failed', limit: 4, scope }))
  const degraded = useLiveQuery(storesQuery({ status: 'Degraded', limit: 4, scope }))
  const { error } = useAnswer({ data: failed.data && degraded.data, error: failed.error ?? degraded.error })
  if (failed.data === undefined || degraded.data === undefined) {
    return error === null ? <Skeleton className="h-12" /> : <p className="text-ink-3">{text.problems.unknown}</p>
  }
  const stores = [...degraded.data.items, ...failed.data.items].slice(0, 5)
  if (stores.length === 0) return <p className="text-ink-3">{everyone ? text.problems.noneAtAll : text.problems.none}</p>
  return (
    <ul className="-my-2 divide-y divide-line">
      {stores.map((store) => (
        <li key={store.id} className="relative flex items-center gap-3 py-2.5">
          <EngineMark engine={store.engine} />
          <div className="min-w-0 flex-1">
            <Link to="/stores/$id" params={{ id: store.id }} className="block truncate font-medium after:absolute after:inset-0">
              {store.name}
            </Link>
            <p className="truncate text-sm text-ink-3">{store.message}</p>
          </div>
          <StatusBadge status={store.status} />
        </li>
      ))}
    </ul>
  )
}

const marks = {
  up: { tone: 'text-good-ink', icon: <Icon of={checkIcon} aria-hidden className="size-4" /> },
  down: { tone: 'text-bad-ink', icon: <Icon of={xIcon} aria-hidden className="size-4" /> },
  unknown: { tone: 'text-ink-3', icon: null },
}

const tones: Record<Health['state'], keyof typeof marks> = { ok: 'up', degraded: 'up', unavailable: 'down', starting: 'unknown', draining: 'unknown' }

function Platform() {
  const health = useQuery(healthQuery)
  if (health.isPending) return <Skeleton className="h-16" />
  const answered = health.error === null
  const rows = [
    { name: text.health.api, mark: answered ? tones[health.data.state] : ('down' as const), words: answered ? text.health.answers[health.data.state] : text.health.unreachable },
    ...Object.entries(health.data?.dependencies ?? {}).map(([name, state]: [string, DependencyState]) => {
      const mark = answered ? state : ('unknown' as const)
      return { name: text.health.names[name] ?? name, mark, words: text.health.states[mark] }
    }),
  ]
  return (
    <ul className="space-y-2.5 text-sm">
      {rows.map((row) => (
        <li key={row.name} className="flex items-center justify-between gap-3">
          <span className="text-ink-2">{row.name}</span>
          <span className={cn('flex items-center gap-1 font-medium', marks[row.mark].tone)}>
            {marks[row.mark].icon}
            {row.words}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Limits() {
  const limits = useMe()?.limits
  if (limits === undefined) return null
  return (
    <Panel title={limitsText.title}>
      <LimitMeters limits={limits} />
    </Panel>
  )
}

export function OverviewPage() {
  const everyone = useMe()?.admin === true
  const metrics = useQuery(metricsQuery)
  const own = useLiveQuery(storesQuery({ limit: latestCount }))
  const asked = everyone ? metrics : { data: metrics.data && own.data, error: metrics.error ?? own.error }
  const { error } = useAnswer<unknown>(asked)
  const seen = everyone ? metrics.data : own.data && { total: own.data.total, byStatus: own.data.counts ?? {} }
  const data = metrics.data
  const retry = (): Promise<unknown> => Promise.all([metrics.refetch(), own.refetch()])
  return (
    <>
      <title>{shellText.title(text.title)}</title>
      <h1 className="text-2xl font-semibold tracking-tight">{text.title}</h1>
      <p className="mt-1 mb-6 text-ink-2">{everyone ? text.lead : text.ownLead}</p>
      {error !== null && data !== undefined && seen !== undefined && <ProblemNotice error={error} retry={retry} className="mb-5" />}
      {data === undefined || seen === undefined ? (
        error === null ? (
          <div role="status" aria-label={text.loading} className="grid grid-cols-2 gap-5 lg:grid-cols-4">
            {[1, 2, 3, 4].map((key) => (
              <Skeleton key={key} className="h-28" />
            ))}
            <Skeleton className="col-span-full h-72" />
          </div>
        ) : (
          <ProblemView error={error} retry={retry} />
        )
      ) : (
        <div className="space-y-3 sm:space-y-5">
          <Figures seen={seen} created={everyone ? data.createdTotal : undefined} />
          <div className="grid grid-cols-1 items-start gap-3 sm:gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
            <div className="space-y-3 sm:space-y-5">
              <Panel title={text.provisioning.title}>
                <Provisioning metrics={data} />
              </Panel>
              <div className="grid grid-cols-1 gap-3 sm:gap-5 md:grid-cols-2">
                <Panel title={text.byStatus}>
                  <ByStatus byStatus={seen.byStatus} everyone={everyone} />
                </Panel>
                <Panel title={text.byEngine}>
                  {everyone ? <ByEngine byEngine={data.byEngine} /> : <OwnByEngine />}
                </Panel>
              </div>
            </div>
            <div className="space-y-3 sm:space-y-5">
              <Panel title={text.problems.title}>
                <Problems everyone={everyone} />
                {everyone && <p className="mt-4 border-t border-line pt-3 text-sm text-ink-2">{text.failures(data.failedTotal, data.createdTotal)}</p>}
              </Panel>
              <Limits />
              <Panel title={text.health.title}>
                <Platform />
              </Panel>
            </div>
          </div>
        </div>
      )}
    </>
  )
}
