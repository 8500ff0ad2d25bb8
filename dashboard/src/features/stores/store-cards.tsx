import type { Store } from '@/api/types'
import { EngineMark } from '@/components/engine-mark'
import { RelativeTime } from '@/components/relative-time'
import { StatusBadge } from '@/components/status-badge'
import { StepBar } from '@/components/step-bar'
import { storesText } from '@/lib/text/stores'
import { statusNote } from './status-cell'
import { StoreLinks } from './store-links'
import { StorePageLink } from './store-page-link'

function StoreCard({ store, engineTitle }: { store: Store; engineTitle: string }) {
  const note = statusNote(store)
  return (
    <article className="relative flex min-h-40 flex-col rounded-xl border border-line bg-surface p-4 shadow-card transition-[border-color,box-shadow] hover:border-line-strong hover:shadow-lift has-[a:focus-visible]:border-accent">
      <div className="flex items-start gap-3">
        <EngineMark engine={store.engine} />
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-medium">
            <StorePageLink id={store.id} className="after:absolute after:inset-0 after:rounded-xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent">
              {store.name}
            </StorePageLink>
          </h2>
          <p className="truncate text-sm text-ink-3">
            {engineTitle} {store.version}
          </p>
        </div>
        <StatusBadge status={store.status} />
      </div>
      <div className="mt-3 min-h-10 flex-1 text-sm text-ink-2">
        {store.status === 'Provisioning' && store.timeline !== undefined && <StepBar steps={store.timeline} className="mb-2" />}
        {note !== null && (
          <p title={note} className="line-clamp-2">
            {note}
          </p>
        )}
      </div>
      <div className="mt-2 -mr-2 -mb-1.5 flex h-8 items-center justify-between text-sm text-ink-3">
        <RelativeTime value={store.createdAt} />
        <StoreLinks store={store} />
      </div>
    </article>
  )
}

export default function StoreCards({ stores, engineTitle }: { stores: Store[]; engineTitle: (name: string) => string }) {
  return (
    <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2 sm:gap-4 lg:grid-cols-3" aria-label={storesText.title}>
      {stores.map((store) => (
        <li key={store.id}>
          <StoreCard store={store} engineTitle={engineTitle(store.engine)} />
        </li>
      ))}
    </ul>
  )
}
