import arrowDownIcon from 'lucide/dist/esm/icons/arrow-down.mjs'
import arrowUpIcon from 'lucide/dist/esm/icons/arrow-up.mjs'
import { Icon } from '@/components/icon'
import { type ReactNode, memo, useDeferredValue } from 'react'
import type { Store } from '@/api/types'
import { EngineMark } from '@/components/engine-mark'
import { RelativeTime } from '@/components/relative-time'
import { cn } from '@/lib/cn'
import { storesText } from '@/lib/text/stores'
import type { Sort } from './search'
import { StatusCell } from './status-cell'
import { StoreLinks } from './store-links'
import { StorePageLink } from './store-page-link'

const text = storesText.columns

interface SortHeaderProps {
  up: Sort
  down: Sort
  first: Sort
  sort: Sort
  onSort: (sort: Sort) => void
  className?: string
  children: ReactNode
}

function SortHeader({ up, down, first, sort, onSort, className, children }: SortHeaderProps) {
  const direction = sort === up ? 'ascending' : sort === down ? 'descending' : undefined
  const next = direction === undefined ? first : sort === up ? down : up
  const arrow = direction === 'descending' ? arrowDownIcon : arrowUpIcon
  return (
    <th scope="col" aria-sort={direction} className={cn('p-0 font-medium', className)}>
      <button type="button" onClick={() => onSort(next)} className="group inline-flex h-9 items-center gap-1 px-3 hover:text-ink sm:px-4">
        {children}
        <Icon of={arrow} aria-hidden className={cn('size-3.5', direction === undefined && 'opacity-0 group-hover:opacity-60')} />
      </button>
    </th>
  )
}

/** Drawn again only when its store changes: most of what comes in concerns one row, or none. */
const Row = memo(function Row({ store, engineTitle, owner }: { store: Store; engineTitle: string; owner: boolean }) {
  return (
    <tr className={cn('relative h-15 transition-colors hover:bg-sunken/50', store.status === 'Deleting' && 'text-ink-3')}>
      <th scope="row" className="px-3 font-normal sm:px-4">
        <div className="flex items-center gap-3">
          <EngineMark engine={store.engine} />
          <div className="min-w-0">
            <StorePageLink id={store.id} className="block truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-lg focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent">
              {store.name}
            </StorePageLink>
            <span className="block truncate text-sm text-ink-3">
              {engineTitle} <span className="hidden sm:inline">{store.version}</span>
            </span>
          </div>
        </div>
      </th>
      <td className="px-2 sm:px-4">
        <StatusCell store={store} />
      </td>
      {owner && <td className="hidden truncate px-4 text-ink-2 lg:table-cell">{store.owner}</td>}
      <td className="hidden px-4 text-ink-2 sm:table-cell">
        <RelativeTime value={store.createdAt} />
      </td>
      <td className="hidden px-3 md:table-cell">
        <StoreLinks store={store} />
      </td>
    </tr>
  )
})

interface StoreTableProps {
  stores: Store[]
  engineTitle: (name: string) => string
  owners: boolean
  sort: Sort
  onSort: (sort: Sort) => void
}

// As many as a screen has room for.
const firstRows = 12

export function StoreTable({ stores, engineTitle, owners, sort, onSort }: StoreTableProps) {
  // What is further down keeps its room and comes right after, in a step of its own that gives way to whatever one does.
  const whole = useDeferredValue(true, false)
  return (
    <div className="overflow-clip rounded-xl border border-line bg-surface shadow-card">
      <table className="w-full table-fixed text-left">
        <caption className="sr-only">{storesText.title}</caption>
        <thead className="border-b border-line bg-sunken/60 text-sm text-ink-2">
          <tr>
            <SortHeader up="name" down="-name" first="name" sort={sort} onSort={onSort} className="w-auto">
              {text.name}
            </SortHeader>
            <SortHeader up="status" down="-status" first="status" sort={sort} onSort={onSort} className="w-36 md:w-[34%]">
              {text.status}
            </SortHeader>
            {owners && (
              <th scope="col" className="hidden w-28 px-4 font-medium lg:table-cell">
                {text.owner}
              </th>
            )}
            <SortHeader up="createdAt" down="-createdAt" first="-createdAt" sort={sort} onSort={onSort} className="hidden w-40 sm:table-cell">
              {text.created}
            </SortHeader>
            <th scope="col" className="hidden w-44 md:table-cell">
              <span className="sr-only">{text.links}</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {(whole ? stores : stores.slice(0, firstRows)).map((store) => (
            <Row key={store.id} store={store} engineTitle={engineTitle(store.engine)} owner={owners} />
          ))}
          {!whole && (
            <tr aria-hidden style={{ height: `${Math.max(0, stores.length - firstRows) * 3.75}rem` }}>
              <td />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}
