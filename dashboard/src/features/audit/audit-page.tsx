import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { auditQuery } from '@/api/audit'
import { useMe } from '@/api/me'
import { useAnswer } from '@/api/use-answer'
import { Pager } from '@/components/pager'
import { ProblemNotice, ProblemView } from '@/components/problem'
import { Button } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { Input, Select } from '@/components/ui/field'
import { Skeleton } from '@/components/ui/skeleton'
import { auditText as text } from '@/lib/text/audit'
import { shellText } from '@/lib/text/shell'
import { useTyped } from '@/lib/use-typed'
import { AuditEntries } from './audit-entries'
import { type AuditSearch, toAuditQuery } from './search'

export function AuditPage({ search }: { search: AuditSearch }) {
  const navigate = useNavigate({ from: '/audit' })
  const query = toAuditQuery(search)
  const log = useQuery(auditQuery(query))
  const barred = useMe()?.admin === false
  const { data, error } = useAnswer(log)
  const entries = data?.items
  const change = useCallback((patch: AuditSearch) => void navigate({ search: (old) => ({ ...old, cursor: undefined, ...patch }), replace: true }), [navigate])
  const [actor, setActor] = useTyped(search.actor ?? '', useCallback((typed: string) => change({ actor: typed || undefined }), [change]))
  const filtered = query.actor !== undefined || query.action !== undefined || query.result !== undefined
  return (
    <>
      <title>{shellText.title(text.title)}</title>
      <h1 className="text-2xl font-semibold tracking-tight">{text.title}</h1>
      <p className="mt-1 mb-5 text-ink-2">{text.lead}</p>
      {!barred && (
        <div className="mb-4 flex flex-wrap gap-2">
          <Input
            aria-label={text.filterWho}
            placeholder={text.filterWhoPlaceholder}
            value={actor}
            onChange={(event) => setActor(event.target.value)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="border-line-strong shadow-card sm:max-w-60"
          />
          <Select aria-label={text.filterWhat} value={query.action ?? ''} onChange={(event) => change({ action: event.target.value || undefined })} className="flex-1 sm:flex-none">
            <option value="">{text.everyAction}</option>
            {Object.entries(text.actions).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
          <Select
            aria-label={text.filterResult}
            value={query.result ?? ''}
            onChange={(event) => change({ result: event.target.value || undefined })}
            className="flex-1 sm:flex-none"
          >
            <option value="">{text.everyResult}</option>
            {Object.entries(text.results).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </div>
      )}
      {error !== null && entries !== undefined && <ProblemNotice error={error} retry={log.refetch} className="mb-4" />}
      {entries === undefined ? (
        error === null ? (
          <div role="status" aria-label={text.loading} className="space-y-2">
            {[1, 2, 3, 4, 5].map((key) => (
              <Skeleton key={key} className="h-12" />
            ))}
          </div>
        ) : (
          <ProblemView error={error} retry={log.refetch} />
        )
      ) : entries.length === 0 ? (
        <Empty
          title={filtered ? text.noMatch : text.empty}
          action={filtered && <Button onClick={() => change({ actor: undefined, action: undefined, result: undefined })}>{text.clear}</Button>}
        >
          {filtered ? text.noMatchBody : text.emptyBody}
        </Empty>
      ) : (
        <>
          <AuditEntries entries={entries} />
          <Pager cursor={search.cursor} next={data?.nextCursor} link={({ cursor, ...link }) => <Link to="/audit" search={{ ...search, cursor }} {...link} />} />
        </>
      )}
    </>
  )
}
