import { useQueryClient } from '@tanstack/react-query'
import { useRouterState } from '@tanstack/react-router'
import { type ReactNode, Suspense, lazy, useEffect, useState } from 'react'
import { useCapability } from '@/api/capabilities'
import { connection } from '@/api/connection'
import { useMe } from '@/api/me'
import { signedOut, userId } from '@/api/session'
import { config } from '@/lib/config'
import { useObservable } from '@/lib/use-observable'
import { Shell } from './shell'

const SignIn = lazy(() => import('./sign-in').then((module) => ({ default: module.SignIn })))

/** Follows what is shown: one's own stores, or everyone's where an admin looks at them. */
function Live({ user }: { user: string | null }) {
  const client = useQueryClient()
  const pushes = useCapability('/api/ws')
  const admin = useMe()?.admin === true
  const elsewhere = useRouterState({ select: ({ location: { pathname, searchStr } }) => searchStr.includes('all=yes') || pathname.startsWith('/stores/') })
  const everyone = admin && elsewhere
  useEffect(() => {
    if (pushes === undefined) return
    if (!pushes) {
      connection.set('rest')
      return
    }
    let end: (() => void) | undefined
    let left = false
    // Not a part of the first view: the list is there before anything of it changes.
    import('@/api/follow').then(
      ({ follow }) => {
        if (!left) end = follow(client, user, everyone)
      },
      // A new release has taken the file's place. What is shown is asked for from time to time.
      () => connection.set('polling'),
    )
    return () => {
      left = true
      end?.()
    }
  }, [client, user, pushes, everyone])
  return null
}

/** Either the way in, or the views with their live connection. A change of user forgets everything of the one before. */
export function Frame({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const user = useObservable(userId)
  const out = useObservable(signedOut)
  const signedIn = out === null && (config.auth === 'oidc' || user !== null)

  const [seenUser, setSeenUser] = useState(user)
  if (seenUser !== user) {
    setSeenUser(user)
    client.clear()
  }

  if (!signedIn) {
    return (
      <Suspense>
        <SignIn why={out} />
      </Suspense>
    )
  }
  return (
    <Shell key={user}>
      <Live user={user} />
      {children}
    </Shell>
  )
}
