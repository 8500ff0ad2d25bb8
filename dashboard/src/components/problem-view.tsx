import cloudOffIcon from 'lucide/dist/esm/icons/cloud-off.mjs'
import hourglassIcon from 'lucide/dist/esm/icons/hourglass.mjs'
import lockIcon from 'lucide/dist/esm/icons/lock.mjs'
import serverCrashIcon from 'lucide/dist/esm/icons/server-crash.mjs'
import { type ReactNode, useState } from 'react'
import { Icon } from '@/components/icon'
import { Problem, Unreachable } from '@/api/problem'
import { formatDuration } from '@/lib/format-duration'
import { problemText as text } from '@/lib/text/problem'
import { shellText } from '@/lib/text/shell'
import { useNow } from '@/lib/use-now'
import { Button } from './ui/button'
import { Empty } from './ui/empty'
import { Notice } from './ui/notice'

/** Seconds count down; of minutes only the whole ones, which is calmer. */
function inWords(ms: number): string {
  const unit = ms > 60_000 ? 60_000 : 1000
  return ms > 0 ? text.wait(formatDuration(Math.ceil(ms / unit) * unit)) : text.waitOver
}

/** Any error of a request in words: what happened, and what happens next. */
function explain(error: unknown): { title: string; body: string; reference?: string | null } {
  if (error instanceof Unreachable) {
    return error.message === 'timeout' ? { title: text.timeout, body: text.timeoutBody } : { title: text.unreachable, body: text.unreachableBody }
  }
  if (error instanceof Problem) {
    if (error.status === 429) return { title: error.code.includes('creation') ? text.quota : text.limited, body: error.message }
    if (error.code === 'store_limit_reached') return { title: text.quota, body: error.message }
    if (error.code === 'admin_only') return { title: text.forbidden, body: text.forbiddenBody }
    return { title: error.status < 500 ? text.refused : text.server, body: error.message, reference: error.requestId && text.requestId(error.requestId) }
  }
  return { title: shellText.crashed.title, body: shellText.crashed.body }
}

/** How long to wait until another try makes sense. It moves on the screen, and is read out once. */
function useWait(error: unknown): { waiting: boolean; words: ReactNode } {
  const limited = error instanceof Problem && error.status === 429
  const after = error instanceof Problem ? error.retryAfter : null
  const now = useNow(1000, after !== null)
  if (!limited) return { waiting: false, words: null }
  if (after === null) return { waiting: false, words: text.waitOpen }
  const left = Math.max(0, error.at + after - now)
  return {
    waiting: left > 0,
    words: (
      <>
        <span className="sr-only">{inWords(after)}</span>
        <span aria-hidden>{inWords(left)}</span>
      </>
    ),
  }
}

function artOf(error: unknown) {
  if (error instanceof Problem && error.status === 403) return <Icon of={lockIcon} className="size-9" strokeWidth={1.25} />
  if (error instanceof Problem && error.status === 429) return <Icon of={hourglassIcon} className="size-9" strokeWidth={1.25} />
  if (error instanceof Unreachable) return <Icon of={cloudOffIcon} className="size-9" strokeWidth={1.25} />
  return <Icon of={serverCrashIcon} className="size-9" strokeWidth={1.25} />
}

type Retry = () => Promise<unknown>

/** It says that it was heard: an attempt may take as long as the time limit, and the error stays meanwhile. */
function Again({ retry, waiting, small }: { retry: Retry; waiting: boolean; small?: boolean }) {
  const [trying, setTrying] = useState(false)
  const attempt = (): void => {
    if (trying) return
    setTrying(true)
    void retry().finally(() => setTrying(false))
  }
  return (
    <Button size={small ? 'sm' : 'md'} disabled={waiting} aria-disabled={trying} onClick={attempt}>
      {trying ? text.retrying : text.retry}
    </Button>
  )
}

/** In the place of a view that has nothing to show but an error. */
export function ProblemView({ error, page, retry }: { error: unknown; page?: boolean; retry?: Retry }) {
  const { waiting, words } = useWait(error)
  const { title, body, reference } = explain(error)
  // Who may not see it may not see it the next time either.
  const again = retry !== undefined && !(error instanceof Problem && error.status === 403)
  return (
    <div role="alert">
      <Empty page={page} art={artOf(error)} title={title} action={again && <Again retry={retry} waiting={waiting} />}>
        <p className="wrap-anywhere">
          {body} {words}
        </p>
        {reference != null && <p className="mt-2 font-mono text-xs text-ink-3">{reference}</p>}
      </Empty>
    </div>
  )
}

/** Above a view that still shows what it had. */
export function ProblemNotice({ error, retry, className }: { error: unknown; retry?: Retry; className?: string }) {
  const { waiting, words } = useWait(error)
  const { title, body, reference } = explain(error)
  return (
    <Notice
      alert
      tone={error instanceof Problem && error.status !== 429 ? 'bad' : 'warn'}
      title={title}
      className={className}
      actions={retry && <Again small retry={retry} waiting={waiting} />}
    >
      {body} {words} {reference != null && <span className="font-mono text-xs text-ink-3">{reference}</span>}
    </Notice>
  )
}
