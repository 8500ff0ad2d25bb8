import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { AuditEntry } from '@/api/types'
import { cn } from '@/lib/cn'
import { formatDateTime } from '@/lib/format'
import { auditText as text } from '@/lib/text/audit'

/** A newer API may know more than there are words for here. */
const wordsFor = (words: Partial<Record<string, string>>, key: string): string => words[key] ?? key
/** Whoever calls has an address; what has none was done by the platform, such as deleting an idle store or following the cluster. */
const actorOf = (entry: AuditEntry): ReactNode => entry.actor ?? <span className="font-normal text-ink-3">{entry.ip == null ? text.platform : text.nobody}</span>
const actionOf = (entry: AuditEntry): string => wordsFor(text.actions, entry.action)

function Result({ entry }: { entry: AuditEntry }) {
  return (
    <>
      <span className={cn('font-medium', entry.result === 'refused' ? 'text-bad-ink' : 'text-good-ink')}>{wordsFor(text.results, entry.result)}</span>
      {entry.detail != null && <span className="block text-sm text-ink-3 wrap-anywhere">{wordsFor(text.details, entry.detail)}</span>}
    </>
  )
}

function StoreLink({ entry }: { entry: AuditEntry }) {
  if (entry.storeId == null) return null
  return (
    <Link to="/stores/$id" params={{ id: entry.storeId }} className="block truncate rounded-sm text-accent-ink underline decoration-accent/30 underline-offset-2 hover:decoration-accent">
      {entry.storeName ?? entry.storeId}
    </Link>
  )
}

function Table({ entries }: { entries: AuditEntry[] }) {
  return (
    <table className="hidden w-full text-left md:table">
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
            <td className="max-w-40 min-w-20 font-medium wrap-anywhere">{actorOf(entry)}</td>
            <td>{actionOf(entry)}</td>
            <td className="max-w-52">
              <StoreLink entry={entry} />
            </td>
            <td className="font-mono text-sm text-ink-2">{entry.ip}</td>
            <td>
              <Result entry={entry} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** On a phone each entry is a short paragraph: six columns would have to be pushed to and fro. */
function List({ entries }: { entries: AuditEntry[] }) {
  return (
    <ul className="divide-y divide-line md:hidden">
      {entries.map((entry) => (
        <li key={entry.id} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 px-4 py-3">
          <p className="min-w-0 font-medium wrap-anywhere">
            {actionOf(entry)} <span className="font-normal text-ink-3">· {actorOf(entry)}</span>
          </p>
          <div className="max-w-36 text-right text-sm">
            <Result entry={entry} />
          </div>
          <div className="col-span-full min-w-0">
            <StoreLink entry={entry} />
          </div>
          <p className="col-span-full mt-0.5 text-sm text-ink-3 tabular">
            {formatDateTime(entry.at)} {entry.ip != null && <span className="font-mono text-xs">· {entry.ip}</span>}
          </p>
        </li>
      ))}
    </ul>
  )
}

export function AuditEntries({ entries }: { entries: AuditEntry[] }) {
  return (
    <div className="overflow-clip rounded-xl border border-line bg-surface shadow-card">
      <Table entries={entries} />
      <List entries={entries} />
    </div>
  )
}
