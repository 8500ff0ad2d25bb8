import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import layoutGridIcon from 'lucide/dist/esm/icons/layout-grid.mjs'
import plusIcon from 'lucide/dist/esm/icons/plus.mjs'
import rows3Icon from 'lucide/dist/esm/icons/rows-3.mjs'
import { Icon } from '@/components/icon'
import { Suspense, lazy, useCallback } from 'react'
import { useMe } from '@/api/me'
import { enginesQuery, storesQuery } from '@/api/queries'
import { useAnswer } from '@/api/use-answer'
import { useLiveQuery } from '@/api/use-live-query'
import { Pager } from '@/components/pager'
import { ProblemNotice, ProblemView } from '@/components/problem'
import { Button, buttonStyle } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { Select } from '@/components/ui/field'
import { Segmented } from '@/components/ui/segmented'
import { Skeleton } from '@/components/ui/skeleton'
import { cn } from '@/lib/cn'
import { shellText } from '@/lib/text/shell'
import { storesText } from '@/lib/text/stores'
import { useShortcut } from '@/lib/use-shortcut'
import { SearchBox } from './search-box'
import { type Sort, type StoreSearch, isFiltered, sorts, toStoreQuery } from './search'
import { StatusFilter } from './status-filter'
import { StoreTable } from './store-table'

const FirstStoreArt = lazy(() => import('./first-store-art'))
const StoreCards = lazy(() => import('./store-cards'))

function Loading({ cards }: { cards: boolean }) {
  return (
    <div role="status" aria-label={storesText.loading} className={cn(cards ? 'grid gap-4 sm:grid-cols-2 lg:grid-cols-3' : 'overflow-clip rounded-xl border border-line bg-surface')}>
      {Array.from({ length: 6 }, (_, index) =>
        cards ? (
          <Skeleton key={index} className="h-40" />
        ) : (
          <div key={index} className="flex h-15 items-center gap-3 border-b border-line px-4 last:border-0">
            <Skeleton className="size-8" />
            <Skeleton className="h-4 w-40" />
            <Skeleton className="ml-auto h-5 w-24" />
          </div>
        ),
      )}
    </div>
  )
}

export function StoresPage({ search }: { search: StoreSearch }) {
  const navigate = useNavigate({ from: '/stores/' })
  const stores = useLiveQuery(storesQuery(toStoreQuery(search)))
  const engines = useQuery(enginesQuery).data
  const admin = useMe()?.admin ?? false
  const sort: Sort = search.sort ?? '-createdAt'
  const cards = search.view === 'cards'
  const engineTitle = (name: string): string => engines?.find((engine) => engine.name === name)?.title ?? name

  // A change of what is asked for starts again at the first page, and is no step of its own in the browser's history.
  const change = useCallback(
    (patch: StoreSearch) => void navigate({ search: (old) => ({ ...old, cursor: undefined, ...patch }), replace: true }),
    [navigate],
  )
  const onSearch = useCallback((q: string) => change({ q: q === '' ? undefined : q }), [change])
  useShortcut('n', () => void navigate({ to: '/stores/new' }))

  const { data, error } = useAnswer(stores)
  const first = data?.total === 0 && !isFiltered(search) && search.cursor === undefined

  return (
    <>
      <title>{shellText.title(storesText.title)}</title>
      <div className="mb-5 flex items-center gap-3">
        <h1 className="text-2xl font-semibold tracking-tight">{storesText.title}</h1>
        <p aria-live="polite" className="pt-1 text-ink-3 tabular">
          {data !== undefined && !first && (isFiltered(search) ? storesText.matches(data.total) : storesText.total(data.total))}
        </p>
        <Link to="/stores/new" className={buttonStyle({ variant: 'primary', className: 'ml-auto' })}>
          <Icon of={plusIcon} /> {storesText.create}
        </Link>
      </div>

      {!first && (
        <div className="mb-4 space-y-2">
          <div className="flex flex-wrap gap-2">
            <div className="flex min-w-full flex-1 gap-2 sm:min-w-64">
              <SearchBox value={search.q ?? ''} onSearch={onSearch} />
              <Segmented
                label={storesText.view}
                value={cards ? 'cards' : 'table'}
                onChange={(view) => void navigate({ search: (old) => ({ ...old, view: view === 'cards' ? 'cards' : undefined }), replace: true })}
                options={[
                  { value: 'table', label: <Icon of={rows3Icon} aria-hidden />, name: storesText.table },
                  { value: 'cards', label: <Icon of={layoutGridIcon} aria-hidden />, name: storesText.cards },
                ]}
              />
            </div>
            <Select aria-label={storesText.filterEngine} value={search.engine ?? ''} onChange={(event) => change({ engine: event.target.value || undefined })} className="flex-1 sm:flex-none">
              <option value="">{storesText.everyEngine}</option>
              {engines?.map((engine) => (
                <option key={engine.name} value={engine.name}>
                  {engine.title}
                </option>
              ))}
              {search.engine !== undefined && !engines?.some((engine) => engine.name === search.engine) && <option value={search.engine}>{search.engine}</option>}
            </Select>
            <Select
              aria-label={storesText.sort}
              value={sort}
              onChange={(event) => change({ sort: event.target.value === '-createdAt' ? undefined : (event.target.value as Sort) })}
              className="flex-1 sm:flex-none"
            >
              {sorts.map((value) => (
                <option key={value} value={value}>
                  {storesText.sorts[value]}
                </option>
              ))}
            </Select>
          </div>
          <div className="flex flex-wrap items-center justify-between gap-x-4">
            <StatusFilter value={search.status} counts={data?.counts} onChange={(status) => change({ status })} />
            {admin && (
              <label className="inline-flex h-8 items-center gap-2 text-sm font-medium text-ink-2">
                <input type="checkbox" className="size-4 accent-accent" checked={search.all === 'yes'} onChange={(event) => change({ all: event.target.checked ? 'yes' : undefined })} />
                {storesText.everyone}
              </label>
            )}
          </div>
        </div>
      )}

      {error !== null && data !== undefined && <ProblemNotice error={error} retry={stores.refetch} className="mb-4" />}

      {data === undefined ? (
        error === null ? (
          <Loading cards={cards} />
        ) : (
          <ProblemView error={error} retry={stores.refetch} />
        )
      ) : first ? (
        <Empty
          art={
            <div className="h-30">
              <Suspense>
                <FirstStoreArt />
              </Suspense>
            </div>
          }
          title={storesText.empty.title}
          action={
            <Link to="/stores/new" className={buttonStyle({ variant: 'primary', size: 'lg' })}>
              {storesText.empty.action}
            </Link>
          }
        >
          {storesText.empty.body}
        </Empty>
      ) : data.items.length === 0 ? (
        <Empty title={storesText.noMatch.title} action={<Button onClick={() => change({ q: undefined, status: undefined, engine: undefined })}>{storesText.noMatch.action}</Button>}>
          {storesText.noMatch.body}
        </Empty>
      ) : (
        // What is shown while the next answer is on its way is dimmed only if that takes long.
        <div className={cn('transition-opacity', stores.isPlaceholderData && 'opacity-60 delay-200')}>
          {cards ? (
            <Suspense fallback={<Loading cards />}>
              <StoreCards stores={data.items} engineTitle={engineTitle} />
            </Suspense>
          ) : (
            <StoreTable stores={data.items} engineTitle={engineTitle} owners={search.all === 'yes'} sort={sort} onSort={(value) => change({ sort: value === '-createdAt' ? undefined : value })} />
          )}
          <Pager cursor={search.cursor} next={data.nextCursor} link={({ cursor, ...link }) => <Link to="/stores" search={{ ...search, cursor }} preload="viewport" {...link} />} />
        </div>
      )}
    </>
  )
}
