import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, Suspense, lazy, useEffect, useState } from 'react'
import { useCapability } from '@/api/capabilities'
import { connection } from '@/api/connection'
import { dropStore, placeStore } from '@/api/queries'
import { sessionEnded, userId } from '@/api/session'
import { config } from '@/lib/config'
import { useObservable } from '@/lib/observable'
import { Shell } from './shell'

const SignIn = lazy(() => import('./sign-in').then((module) => ({ default: module.SignIn })))

/** Either the way in, or the views with their live connection. A change of user forgets everything of the one before. */
export function Frame({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const user = useObservable(userId)
  const ended = useObservable(sessionEnded)
  const signedIn = !ended && (config.auth === 'oidc' || user !== null)

  const [seenUser, setSeenUser] = useState(user)
  if (seenUser !== user) {
    setSeenUser(user)
    client.clear()
  }

  const pushes = useCapability('/api/ws')
  useEffect(() => {
    if (!signedIn || pushes === undefined) return
    if (!pushes) {
      connection.set('rest')
      return
    }
    let end: (() => void) | undefined
    let left = false
    // Not a part of the first view: the list is there before anything of it changes.
    void import('@/api/live').then(({ connectLive }) => {
      if (left) return
      end = connectLive(user, {
        message: (message) => (message.type === 'store' ? placeStore(client, message.store) : dropStore(client, message.id)),
        resync: () => void client.invalidateQueries({ queryKey: ['stores'] }),
      })
    })
    return () => {
      left = true
      end?.()
    }
  }, [client, user, signedIn, pushes])

  if (!signedIn) {
    return (
      <Suspense>
        <SignIn ended={ended} />
      </Suspense>
    )
  }
  return <Shell key={user}>{children}</Shell>
}
