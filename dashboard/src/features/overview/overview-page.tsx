import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Check, X } from 'lucide-react'
import { type ReactNode, Suspense, lazy } from 'react'
import { enginesQuery, healthQuery, meQuery, metricsQuery, storesQuery } from '@/api/queries'
import type { Metrics, StoreStatus } from '@/api/types'
import { EngineMark } from '@/components/engine-mark'
import { ProblemNotice, ProblemView } from '@/components/problem-view'
import { StatusBadge } from '@/components/status-badge'
import { Meter } from '@/components/ui/meter'
import { Skeleton } from '@/components/ui/skeleton'
import { cn } from '@/lib/cn'
import { formatCount, formatDuration } from '@/lib/format'
import { createText } from '@/lib/text/create'
import { overviewText as text } from '@/lib/text/overview'
import { shellText } from '@/lib/text/shell'
import { statusText } from '@/lib/text/stores'
import { toBars } from './histogram'

const ProvisioningChart = lazy(() => import('./provisioning-chart'))

const order: StoreStatus[] = ['Ready', 'Provisioning', 'Queued', 'Degraded', 'Failed', 'Deleting']
const fills: Record<StoreStatus, string> = {
  Ready: 'bg-good',
  Provisioning: 'bg-accent',
  Queued: 'bg-accent/45',
  Degraded: 'bg-warn',
  Failed: 'bg-bad',
  Deleting: 'bg-line-strong',
}

function Panel({ title, aside, className, children }: { title: string; aside?: ReactNode; className?: string; children: ReactNode }) {
  return (
    <section className={cn('min-w-0 rounded-xl border border-line bg-surface p-5 shadow-card', className)}>
      <div className="mb-4 flex items-baseline justify-between gap-3">
        <h2 className="font-semibold tracking-tight">{title}</h2>
        {aside}
      </div>
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

function Figures({ metrics }: { metrics: Metrics }) {
  const of = (...statuses: StoreStatus[]): number => statuses.reduce((sum, status) => sum + (metrics.stores.byStatus[status] ?? 0), 0)
  const all = of(...order)
  const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 }).format(all === 0 ? 0 : of('Ready') / all)
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-5 lg:grid-cols-4">
      <Figure label={text.stores} value={all} note={text.created(metrics.created)} />
      <Figure label={text.ready} value={of('Ready')} note={text.readyShare(percent)} />
      <Figure label={text.working} value={of('Queued', 'Provisioning')} note={text.queue(metrics.queueDepth)} />
      <Figure label={text.attention} value={of('Failed', 'Degraded')} note={text.attentionNote} tone="bad" />
    </dl>
  )
}

function ByStatus({ metrics }: { metrics: Metrics }) {
  const rows = order.flatMap((status) => {
    const count = metrics.stores.byStatus[status] ?? 0
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
            <Link to="/stores" search={{ status: row.status }} className="-mx-2 flex items-center gap-2 rounded-md px-2 py-1 text-sm hover:bg-sunken">
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

function ByEngine({ metrics }: { metrics: Metrics }) {
  const engines = useQuery(enginesQuery).data
  const rows = Object.entries(metrics.stores.byEngine).sort(([, a], [, b]) => b - a)
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
  const { provisioning } = metrics
  if (provisioning.count === 0) return <p className="text-ink-3">{text.provisioning.none}</p>
  const figures = [
    { label: text.provisioning.average, seconds: provisioning.avgSeconds },
    { label: text.provisioning.p95, seconds: provisioning.p95Seconds },
    { label: text.provisioning.p99, seconds: provisioning.p99Seconds },
  ]
  return (
    <>
      <dl className="mb-4 flex flex-wrap gap-x-8 gap-y-3">
        {figures.map((figure) => (
          <div key={figure.label}>
            <dt className="eyebrow">{figure.label}</dt>
            <dd className="text-xl font-medium tracking-tight tabular">{formatDuration(figure.seconds * 1000)}</dd>
          </div>
        ))}
      </dl>
      <Suspense fallback={<Skeleton className="h-44" />}>
        <ProvisioningChart bars={toBars(provisioning.buckets)} />
      </Suspense>
    </>
  )
}

function Problems() {
  const failed = useQuery(storesQuery({ status: 'Failed', limit: 4 })).data?.items ?? []
  const degraded = useQuery(storesQuery({ status: 'Degraded', limit: 4 })).data?.items ?? []
  const stores = [...degraded, ...failed].slice(0, 5)
  if (stores.length === 0) return <p className="text-ink-3">{text.problems.none}</p>
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

function Health() {
  const health = useQuery(healthQuery)
  const checks = Object.entries(health.data?.checks ?? {})
  const rows = [
    { name: 'api', up: health.data !== undefined && health.error === null, note: null as string | null },
    ...checks.map(([name, check]) => ({ name, up: ['up', 'ok', 'healthy', 'ready'].includes(check.status.toLowerCase()), note: check.message ?? null })),
  ]
  if (health.isPending) return <Skeleton className="h-16" />
  return (
    <ul className="space-y-2.5">
      {rows.map((row) => (
        <li key={row.name} className="flex items-start gap-2.5 text-sm">
          <span className="min-w-0 flex-1">
            <span className="text-ink-2">{text.health.names[row.name] ?? row.name}</span>
            {row.note !== null && <span className="block text-ink-3 wrap-anywhere">{row.note}</span>}
          </span>
          <span className={cn('flex items-center gap-1 font-medium', row.up ? 'text-good-ink' : 'text-bad-ink')}>
            {row.up ? <Check aria-hidden className="size-4" /> : <X aria-hidden className="size-4" />}
            {row.up ? text.health.up : text.health.down}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Limits() {
  const limits = useQuery(meQuery).data?.limits
  if (limits === undefined) return null
  return (
    <Panel title={text.limits}>
      <div className="space-y-4">
        <Meter label={createText.limitStores} value={createText.limitStoresValue(limits.stores.used, limits.stores.max)} used={limits.stores.used} max={limits.stores.max} />
        <Meter
          label={createText.limitHour}
          value={createText.limitHourValue(limits.creationsPerHour.left, limits.creationsPerHour.max)}
          used={limits.creationsPerHour.max - limits.creationsPerHour.left}
          max={limits.creationsPerHour.max}
        />
      </div>
    </Panel>
  )
}

export function OverviewPage() {
  const metrics = useQuery(metricsQuery)
  return (
    <>
      <title>{shellText.title(text.title)}</title>
      <h1 className="text-2xl font-semibold tracking-tight">{text.title}</h1>
      <p className="mt-1 mb-6 text-ink-2">{text.lead}</p>
      {metrics.error !== null && metrics.data !== undefined && <ProblemNotice error={metrics.error} retry={() => void metrics.refetch()} className="mb-5" />}
      {metrics.data === undefined ? (
        metrics.error === null ? (
          <div role="status" aria-label={text.loading} className="grid grid-cols-2 gap-5 lg:grid-cols-4">
            {[1, 2, 3, 4].map((key) => (
              <Skeleton key={key} className="h-28" />
            ))}
            <Skeleton className="col-span-full h-72" />
          </div>
        ) : (
          <ProblemView error={metrics.error} retry={() => void metrics.refetch()} />
        )
      ) : (
        <div className="space-y-3 sm:space-y-5">
          <Figures metrics={metrics.data} />
          <div className="grid items-start gap-3 sm:gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
            <div className="space-y-3 sm:space-y-5">
              <Panel title={text.provisioning.title} aside={<p className="text-sm text-ink-3">{text.provisioning.lead(metrics.data.provisioning.count)}</p>}>
                <Provisioning metrics={metrics.data} />
              </Panel>
              <div className="grid gap-3 sm:gap-5 md:grid-cols-2">
                <Panel title={text.byStatus}>
                  <ByStatus metrics={metrics.data} />
                </Panel>
                <Panel title={text.byEngine}>
                  <ByEngine metrics={metrics.data} />
                </Panel>
              </div>
            </div>
            <div className="space-y-3 sm:space-y-5">
              <Panel title={text.problems.title}>
                <Problems />
              </Panel>
              <Limits />
              <Panel title={text.health.title}>
                <Health />
              </Panel>
            </div>
          </div>
        </div>
      )}
    </>
  )
}
