import cloudOffIcon from 'lucide/dist/esm/icons/cloud-off.mjs'
import hourglassIcon from 'lucide/dist/esm/icons/hourglass.mjs'
import lockIcon from 'lucide/dist/esm/icons/lock.mjs'
import serverCrashIcon from 'lucide/dist/esm/icons/server-crash.mjs'
import { Icon } from '@/components/icon'
import { Problem, Unreachable } from '@/api/problem'
import { formatDuration } from '@/lib/format'
import { shellText } from '@/lib/text/shell'
import { Button } from './ui/button'
import { Empty } from './ui/empty'
import { Notice } from './ui/notice'

const text = shellText.problem

/** Any error of a request in words: what happened, and what happens next. */
export function explain(error: unknown): { title: string; body: string; reference: string | null } {
  if (error instanceof Unreachable) {
    return error.message === 'timeout'
      ? { title: text.timeout, body: text.timeoutBody, reference: null }
      : { title: text.unreachable, body: text.unreachableBody, reference: null }
  }
  if (error instanceof Problem) {
    const reference = error.requestId === null ? null : text.requestId(error.requestId)
    if (error.status === 429) {
      const wait = error.retryAfter === null ? text.waitOpen : text.wait(formatDuration(Math.max(10_000, error.retryAfter)))
      return { title: error.code.includes('creation') ? text.quota : text.limited, body: `${error.message} ${wait}`, reference: null }
    }
    if (error.status === 409) return { title: text.quota, body: error.message, reference: null }
    if (error.status === 403) return { title: text.forbidden, body: text.forbiddenBody, reference: null }
    return { title: text.server, body: error.message, reference }
  }
  return { title: text.crashed, body: text.crashedBody, reference: null }
}

function artOf(error: unknown) {
  if (error instanceof Problem && error.status === 403) return <Icon of={lockIcon} className="size-9" strokeWidth={1.25} />
  if (error instanceof Problem && error.status === 429) return <Icon of={hourglassIcon} className="size-9" strokeWidth={1.25} />
  if (error instanceof Unreachable) return <Icon of={cloudOffIcon} className="size-9" strokeWidth={1.25} />
  return <Icon of={serverCrashIcon} className="size-9" strokeWidth={1.25} />
}

/** In the place of a view that has nothing to show but an error. */
export function ProblemView({ error, page, retry }: { error: unknown; page?: boolean; retry?: () => void }) {
  const { title, body, reference } = explain(error)
  return (
    <div role="alert">
      <Empty page={page} art={artOf(error)} title={title} action={retry && <Button onClick={retry}>{text.retry}</Button>}>
        <p className="wrap-anywhere">{body}</p>
        {reference !== null && <p className="mt-2 font-mono text-xs text-ink-3">{reference}</p>}
      </Empty>
    </div>
  )
}

/** Above a view that still shows what it had. */
export function ProblemNotice({ error, retry, className }: { error: unknown; retry?: () => void; className?: string }) {
  const { title, body, reference } = explain(error)
  return (
    <Notice
      alert
      tone={error instanceof Problem && error.status !== 429 ? 'bad' : 'warn'}
      title={title}
      className={className}
      actions={retry && <Button size="sm" onClick={retry}>{text.retry}</Button>}
    >
      {body} {reference !== null && <span className="font-mono text-xs text-ink-3">{reference}</span>}
    </Notice>
  )
}
