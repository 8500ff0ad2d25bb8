import arrowUpRightIcon from 'lucide/dist/esm/icons/arrow-up-right.mjs'
import { Icon } from '@/components/icon'
import type { Store } from '@/api/types'
import { buttonStyle } from '@/components/ui/button'
import { storesText } from '@/lib/text/stores'

/** The ways into a shop; only while it can answer. */
export function StoreLinks({ store }: { store: Store }) {
  if (store.status !== 'Ready' && store.status !== 'Degraded') return null
  const style = buttonStyle({ variant: 'quiet', size: 'sm' })
  return (
    <div className="relative z-10 flex justify-end gap-0.5">
      <a className={style} href={store.url} target="_blank" rel="noreferrer" aria-label={storesText.openShop(store.name)}>
        {storesText.shop} <Icon of={arrowUpRightIcon} />
      </a>
      {store.adminUrl != null && (
        <a className={style} href={store.adminUrl} target="_blank" rel="noreferrer" aria-label={storesText.openAdmin(store.name)}>
          {storesText.admin} <Icon of={arrowUpRightIcon} />
        </a>
      )}
    </div>
  )
}
