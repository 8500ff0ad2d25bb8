import type { Store } from '@/api/types'

/** From the request to the first time it was ready; null until then. */
export function timeToReady(store: Store): number | null {
  return store.readyAt == null ? null : Math.max(0, Date.parse(store.readyAt) - Date.parse(store.createdAt))
}
