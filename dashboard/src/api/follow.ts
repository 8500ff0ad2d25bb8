import type { QueryClient } from '@tanstack/react-query'
import { connectLive } from './live'
import { dropStore, placeStore } from './live-cache'
import { isMeant } from './queries'

/** Keeps everything that is shown of one's stores, or of everyone's, up to date. Returns what ends it. */
export function follow(client: QueryClient, user: string | null, everyone: boolean): () => void {
  return connectLive(user, everyone, {
    change: (message) => (message.type === 'store' ? placeStore(client, message.store) : dropStore(client, message.id)),
    resync: () => void client.invalidateQueries({ queryKey: ['stores'], predicate: ({ state }) => !isMeant(state.error) }),
  })
}
