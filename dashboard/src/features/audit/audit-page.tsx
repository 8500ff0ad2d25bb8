import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { auditQuery } from '@/api/queries'
import type { AuditQuery } from '@/api/stores'
import type { AuditEntry } from '@/api/types'
import { Pager } from '@/components/pager'
import { ProblemNotice, ProblemView } from '@/components/problem-view'
import { Empty } from '@/components/ui/empty'
import { Input, Select } from '@/components/ui/field'
import { Skeleton } from '@/components/ui/skeleton'
import { cn } from '@/lib/cn'
import { formatDateTime } from '@/lib/format'
import { auditText as text } from '@/lib/text/audit'
import { shellText } from '@/lib/text/shell'

const good = ['accepted', 'ok', 'success', 'succeeded', 'created', 'deleted', 'done']

function Result({ entry }: { entry: AuditEntry }) {
  const well = good.includes(entry.result.toLowerCase())
  return (
    <>
      <span className={cn('font-medium', well ? 'text-good-ink' : 'text-bad-ink')}>{entry.result}</span>
      {entry.detail != null && <span className="block text-sm text-ink-3 wrap-anywhere">{entry.detail}</span>}
    </>
  )
}

export function AuditPage({ search }: { search: AuditQuery }) {
  const navigate = useNavigate({ from: '/audit' })
  const log = useQuery(auditQuery(search))
  const entries = log.data?.items
  const change = (patch: AuditQuery): void => void navigate({ search: (old) => ({ ...old, cursor: undefined, ...patch }), replace: true })
  return (
    <>
      <title>{shellText.title(text.title)}</title>
      <h1 className="text-2xl font-semibold tracking-tight">{text.title}</h1>
      <p className="mt-1 mb-5 text-ink-2">{text.lead}</p>
      <div className="mb-4 flex flex-wrap gap-2">
        <Input
          aria-label={text.filterWho}
          placeholder={text.filterWhoPlaceholder}
          value={search.actor ?? ''}
          onChange={(event) => change({ actor: event.target.value || undefined })}
          autoComplete="off"
          spellCheck={false}
          className="max-w-60 border-line-strong shadow-card"
        />
        <Select aria-label={text.filterWhat} value={search.action ?? ''} onChange={(event) => change({ action: event.target.value || undefined })}>
          <option value="">{text.everyAction}</option>
          {Object.entries(text.actions).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </div>
      {log.error !== null && entries !== undefined && <ProblemNotice error={log.error} retry={() => void log.refetch()} className="mb-4" />}
      {entries === undefined ? (
        log.error === null ? (
          <div role="status" aria-label={text.loading} className="space-y-2">
            {[1, 2, 3, 4, 5].map((key) => (
              <Skeleton key={key} className="h-12" />
            ))}
          </div>
        ) : (
          <ProblemView error={log.error} retry={() => void log.refetch()} />
        )
      ) : entries.length === 0 ? (
        <Empty title={text.empty}>{text.emptyBody}</Empty>
      ) : (
        <>
          <div className="overflow-x-auto rounded-xl border border-line bg-surface shadow-card" tabIndex={0} role="region" aria-label={text.title}>
            <table className="w-full min-w-3xl text-left">
              <thead className="border-b border-line bg-sunken/60 text-sm text-ink-2">
                <tr>
                  {[text.when, text.who, text.what, text.store, text.where, text.result].map((heading) => (
                    <th key={heading} scope="col" className="h-9 px-4 font-medium whitespace-nowrap">
                      {heading}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody className="divide-y divide-line">
                {entries.map((entry) => (
                  <tr key={entry.id} className="align-top hover:bg-sunken/50 [&>td]:px-4 [&>td]:py-2.5">
                    <td className="whitespace-nowrap text-ink-2 tabular">{formatDateTime(entry.at)}</td>
                    <td className="font-medium wrap-anywhere">{entry.actor}</td>
                    <td>{text.actions[entry.action] ?? entry.action}</td>
                    <td className="max-w-52">
                      {entry.storeId != null && (
                        <Link to="/stores/$id" params={{ id: entry.storeId }} className="block truncate rounded-sm text-accent-ink underline decoration-accent/30 underline-offset-2 hover:decoration-accent">
                          {entry.storeName ?? entry.storeId}
                        </Link>
                      )}
                    </td>
                    <td className="font-mono text-sm text-ink-2">{entry.ip}</td>
                    <td>
                      <Result entry={entry} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Pager cursor={search.cursor} next={log.data?.nextCursor} link={({ cursor, ...link }) => <Link to="/audit" search={{ ...search, cursor }} {...link} />} />
        </>
      )}
    </>
  )
}
