import { useQuery } from '@tanstack/react-query'
import rotateCwIcon from 'lucide/dist/esm/icons/rotate-cw.mjs'
import { Icon } from '@/components/icon'
import { useState } from 'react'
import { logsQuery } from '@/api/inside'
import type { LogSource } from '@/api/types'
import { useAnswer } from '@/api/use-answer'
import { ProblemNotice } from '@/components/problem'
import { Button } from '@/components/ui/button'
import { Segmented } from '@/components/ui/segmented'
import { Skeleton } from '@/components/ui/skeleton'
import { storeText } from '@/lib/text/store'

const text = storeText.logs

export function Logs({ id }: { id: string }) {
  const [source, setSource] = useState<LogSource>('app')
  const logs = useQuery(logsQuery(id, source))
  const { data, error } = useAnswer(logs)
  return (
    <div className="space-y-3 pt-2 pb-3">
      <div className="flex items-center justify-between gap-3">
        <Segmented label={text.source} value={source} onChange={(value) => setSource(value as LogSource)} options={Object.entries(text.sources).map(([value, label]) => ({ value, label }))} />
        <Button size="sm" disabled={logs.isFetching} onClick={() => void logs.refetch()}>
          <Icon of={rotateCwIcon} /> {text.refresh}
        </Button>
      </div>
      {error !== null ? (
        <ProblemNotice error={error} retry={logs.refetch} />
      ) : data === undefined ? (
        <div role="status" aria-label={text.loading}>
          <Skeleton className="h-48" />
        </div>
      ) : (
        <>
          {data.truncated && <p className="text-sm text-ink-3">{text.truncated}</p>}
          <pre tabIndex={0} aria-label={text.label} role="region" className="max-h-96 overflow-auto rounded-lg bg-sunken p-4 font-mono text-xs leading-5 whitespace-pre-wrap wrap-anywhere">
            {data.lines.length === 0 ? text.empty : data.lines.join('\n')}
          </pre>
        </>
      )}
    </div>
  )
}
