import { formatDateTime, formatRelative } from '@/lib/format'
import { useNow } from '@/lib/use-now'

export function RelativeTime({ value }: { value: string }) {
  const now = useNow(20_000)
  return (
    <time dateTime={value} title={formatDateTime(value)}>
      {formatRelative(value, now)}
    </time>
  )
}
