import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import arrowUpRightIcon from 'lucide/dist/esm/icons/arrow-up-right.mjs'
import chevronLeftIcon from 'lucide/dist/esm/icons/chevron-left.mjs'
import trashIcon from 'lucide/dist/esm/icons/trash.mjs'
import { Icon } from '@/components/icon'
import { Suspense, lazy, useState } from 'react'
import { useCapability } from '@/api/capabilities'
import { useMe } from '@/api/me'
import { isNotFound } from '@/api/problem'
import { enginesQuery, storeQuery } from '@/api/queries'
import type { Store } from '@/api/types'
import { useAnswer } from '@/api/use-answer'
import { useLiveQuery } from '@/api/use-live-query'
import { EngineMark } from '@/components/engine-mark'
import { ProblemNotice, ProblemView } from '@/components/problem'
import { StatusBadge } from '@/components/status-badge'
import { Button, buttonStyle } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs } from '@/components/ui/tabs'
import { shellText } from '@/lib/text/shell'
import { storeText as text } from '@/lib/text/store'
import { AdminLogin } from './admin-login'
import { Announcer } from './announcer'
import { Details } from './details'
import { Events } from './events'
import { IdleNotice } from './idle-notice'
import { Logs } from './logs'
import { Resources } from './resources'
import { StatePanel } from './state-panel'
import { Timeline } from './timeline'

const DeleteDialog = lazy(() => import('./delete-dialog'))

function Back() {
  return (
    <Link to="/stores" className="-ml-1 inline-flex items-center gap-1 rounded text-sm font-medium text-ink-2 hover:text-ink">
      <Icon of={chevronLeftIcon} aria-hidden className="size-4" /> {text.back}
    </Link>
  )
}

export function StorePage({ id }: { id: string }) {
  const store = useLiveQuery(storeQuery(id))
  const { data, error } = useAnswer(store)
  if (isNotFound(error)) {
    return (
      <>
        <title>{shellText.title(text.gone.title)}</title>
        {/* It may take the place of a view that somebody was listening to. */}
        <div role="alert">
          <Empty
            page
            title={text.gone.title}
            action={
              <Link to="/stores" className={buttonStyle({ variant: 'primary' })}>
                {text.gone.action}
              </Link>
            }
          >
            {text.gone.body}
          </Empty>
        </div>
      </>
    )
  }
  if (data === undefined) {
    return error === null ? (
      <div role="status" aria-label={text.loading}>
        <h1 className="sr-only">{text.loading}</h1>
        <Back />
        <Skeleton className="mt-4 h-10 w-72" />
        <Skeleton className="mt-8 h-64" />
      </div>
    ) : (
      <>
        <Back />
        <ProblemView page error={error} retry={store.refetch} />
      </>
    )
  }
  return (
    <>
      {error !== null && <ProblemNotice error={error} retry={store.refetch} className="mb-5" />}
      <StoreView store={data} />
    </>
  )
}

function StoreView({ store }: { store: Store }) {
  const [deleting, setDeleting] = useState(false)
  const engines = useQuery(enginesQuery).data
  const admin = useMe()?.admin ?? false
  const engineTitle = engines?.find((engine) => engine.name === store.engine)?.title ?? store.engine
  const events = useCapability('/api/stores/{id}/events')
  const logs = useCapability('/api/stores/{id}/logs')
  const login = useCapability('/api/stores/{id}/admin-login')
  const usage = useCapability('/api/stores/{id}/usage')
  const open = store.status === 'Ready' || store.status === 'Degraded'
  return (
    <>
      <title>{shellText.title(store.name)}</title>
      <Announcer store={store} />
      <Back />
      <div className="mt-3 mb-6 flex flex-wrap items-center gap-x-3 gap-y-4 sm:gap-x-4">
        <EngineMark engine={store.engine} large />
        <div className="min-w-0 flex-1 sm:basis-64">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <h1 className="text-2xl font-semibold tracking-tight wrap-anywhere">{store.name}</h1>
            <StatusBadge status={store.status} large />
          </div>
          <p className="text-ink-3">
            {engineTitle} {store.version}
          </p>
        </div>
        {/* On a phone the bin stands beside the name, and the ways in get a line of their own. */}
        {store.status !== 'Deleting' && (
          <Button variant="danger-outline" className="size-10 px-0 max-sm:self-start sm:order-last sm:h-9 sm:w-auto sm:px-3.5" onClick={() => setDeleting(true)}>
            <Icon of={trashIcon} /> <span className="max-sm:sr-only">{text.remove}</span>
          </Button>
        )}
        {open && (
          <div className="flex w-full gap-2 sm:w-auto">
            <a href={store.url} target="_blank" rel="noreferrer" className={buttonStyle({ variant: 'primary', className: 'flex-1 max-sm:h-11 sm:flex-none' })}>
              {text.openShop} <Icon of={arrowUpRightIcon} />
            </a>
            {store.adminUrl != null && (
              <a href={store.adminUrl} target="_blank" rel="noreferrer" className={buttonStyle({ className: 'flex-1 max-sm:h-11 sm:flex-none' })}>
                {text.openAdmin} <Icon of={arrowUpRightIcon} />
              </a>
            )}
          </div>
        )}
      </div>

      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0 space-y-5">
          <IdleNotice store={store} />
          <StatePanel store={store} onDelete={() => setDeleting(true)} />
          {/* Its place is kept until it is known whether the API tells. */}
          {open && usage !== false && <Resources id={store.id} known={usage === true} />}
          <Tabs
            label={text.tabs.label}
            tabs={[
              { key: 'timeline', label: text.tabs.timeline, panel: <Timeline store={store} /> },
              ...(events === true ? [{ key: 'events', label: text.tabs.events, panel: <Events id={store.id} /> }] : []),
              ...(logs === true ? [{ key: 'logs', label: text.tabs.logs, panel: <Logs id={store.id} /> }] : []),
            ]}
          />
        </div>
        <div className="space-y-5">
          {open && login && <AdminLogin key={store.id} id={store.id} />}
          <Details store={store} engineTitle={engineTitle} open={open} owner={admin} />
        </div>
      </div>
      {deleting && (
        <Suspense>
          <DeleteDialog store={store} onClose={() => setDeleting(false)} />
        </Suspense>
      )}
    </>
  )
}
