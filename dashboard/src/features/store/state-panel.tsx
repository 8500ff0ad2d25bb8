import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Store } from '@/api/types'
import { StepBar } from '@/components/step-bar'
import { Button, buttonStyle } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { formatDuration } from '@/lib/format-duration'
import { timeToReady } from '@/lib/time-to-ready'
import { storeText as text } from '@/lib/text/store'
import { useNow } from '@/lib/use-now'
import { Preview } from './preview'

function Working({ title, body, since, children }: { title: string; body: string; since?: string; children?: ReactNode }) {
  const now = useNow(100, since !== undefined)
  return (
    <section className="rounded-xl border border-line bg-surface p-5 shadow-card sm:p-6">
      <div className="flex items-start justify-between gap-4">
        <div>
          <h2 className="text-xl font-semibold tracking-tight">{title}</h2>
          <p className="mt-1 text-ink-2">{body}</p>
        </div>
        {since !== undefined && (
          <p className="shrink-0 text-right">
            <span className="eyebrow block">{text.elapsed}</span>
            <span className="text-2xl font-medium tracking-tight tabular">{formatDuration(now - Date.parse(since))}</span>
          </p>
        )}
      </div>
      {children}
    </section>
  )
}

/** Where the store stands, and what one can do about it. */
export function StatePanel({ store, onDelete }: { store: Store; onDelete: () => void }) {
  const readyIn = timeToReady(store)
  switch (store.status) {
    case 'Queued':
      return <Working title={text.queued.title(store.queuePosition)} body={text.queued.body} since={store.createdAt} />
    case 'Provisioning':
      return (
        <Working title={text.provisioning.title} body={text.provisioning.body} since={store.createdAt}>
          {store.timeline !== undefined && store.timeline.length > 0 && <StepBar steps={store.timeline} className="mt-5 [&>span]:h-1.5" />}
        </Working>
      )
    case 'Ready':
      return (
        <div>
          <Preview name={store.name} url={store.url} />
          {readyIn !== null && <p className="mt-2 text-sm text-ink-3">{text.ready(formatDuration(readyIn))}.</p>}
        </div>
      )
    case 'Degraded':
      return (
        <Notice tone="warn" title={text.degraded.title}>
          {store.message != null && <p>{store.message}</p>}
          <p>{text.degraded.body}</p>
        </Notice>
      )
    case 'Failed':
      return (
        <Notice
          tone="bad"
          title={text.failed.title}
          actions={
            <>
              <Link to="/stores/new" search={{ name: store.name, engine: store.engine }} className={buttonStyle({ variant: 'primary', size: 'sm' })}>
                {text.failed.retry}
              </Link>
              <Button size="sm" onClick={onDelete}>
                {text.failed.remove}
              </Button>
            </>
          }
        >
          <p>{store.message ?? text.failed.noReason}</p>
          <p className="mt-2 text-sm">{text.failed.retryHint}</p>
        </Notice>
      )
    case 'Deleting':
      return (
        <Working title={text.deleting.title} body={text.deleting.body}>
          <div aria-hidden className="mt-5 h-1.5 overflow-hidden rounded-full bg-line">
            <div className="h-full w-1/3 rounded-full bg-ink-3 motion-safe:animate-sweep motion-reduce:w-full motion-reduce:opacity-40" />
          </div>
        </Working>
      )
  }
}
