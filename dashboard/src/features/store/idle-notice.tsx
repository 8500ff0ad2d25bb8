import type { Store } from '@/api/types'
import { Notice } from '@/components/ui/notice'
import { formatDateTime } from '@/lib/format'
import { storeText } from '@/lib/text/store'

const text = storeText.idle

/** The warning that a store will be deleted, once there is one. */
export function IdleNotice({ store }: { store: Store }) {
  if (store.status !== 'Ready' || store.idleDeletionAt == null) return null
  return (
    <Notice tone="warn" title={text.title} alert>
      <p>{text.body(formatDateTime(store.idleDeletionAt))}</p>
    </Notice>
  )
}
