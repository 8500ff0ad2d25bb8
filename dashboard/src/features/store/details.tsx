import type { ReactNode } from 'react'
import type { Store } from '@/api/types'
import { CopyButton } from '@/components/copy-button'
import { RelativeTime } from '@/components/relative-time'
import { formatDuration } from '@/lib/format-duration'
import { timeToReady } from '@/lib/time-to-ready'
import { storeText } from '@/lib/text/store'

const text = storeText.details

function Fact({ label, copy, children }: { label: string; copy?: string; children: ReactNode }) {
  return (
    <div className="group">
      <dt className="eyebrow">{label}</dt>
      <dd className="mt-0.5 flex items-start justify-between gap-1">
        <span className="min-w-0 pt-0.5 wrap-anywhere">{children}</span>
        {copy !== undefined && <CopyButton value={copy} what={label} />}
      </dd>
    </div>
  )
}

function Address({ url, open }: { url: string; open: boolean }) {
  if (!open) return url.replace(/^https?:\/\//, '')
  return (
    <a href={url} target="_blank" rel="noreferrer" className="rounded-sm text-accent-ink underline decoration-accent/30 underline-offset-2 hover:decoration-accent">
      {url.replace(/^https?:\/\//, '')}
    </a>
  )
}

export function Details({ store, engineTitle, open, owner }: { store: Store; engineTitle: string; open: boolean; owner: boolean }) {
  const readyIn = timeToReady(store)
  return (
    <section aria-labelledby="details" className="rounded-xl border border-line bg-surface p-5 shadow-card">
      <h2 id="details" className="mb-4 font-semibold tracking-tight">
        {text.title}
      </h2>
      <dl className="space-y-3.5">
        <Fact label={text.address} copy={store.url}>
          <Address url={store.url} open={open} />
        </Fact>
        {store.adminUrl != null && (
          <Fact label={text.admin} copy={store.adminUrl}>
            <Address url={store.adminUrl} open={open} />
          </Fact>
        )}
        <Fact label={text.engine}>
          {engineTitle} {store.version}
        </Fact>
        <Fact label={text.created}>
          <RelativeTime value={store.createdAt} />
        </Fact>
        {store.lastVisitAt != null && (
          <Fact label={text.lastVisit}>
            <RelativeTime value={store.lastVisitAt} />
          </Fact>
        )}
        {readyIn !== null && <Fact label={text.readyIn}>{formatDuration(readyIn)}</Fact>}
        {owner && store.owner != null && <Fact label={text.owner}>{store.owner}</Fact>}
        <Fact label={text.id} copy={store.id}>
          <span className="font-mono text-sm">{store.id}</span>
        </Fact>
      </dl>
    </section>
  )
}
