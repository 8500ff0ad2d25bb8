import { config } from '@/lib/config'
import { Observable } from '@/lib/observable'
import { read } from '@/lib/storage'

/** Header mode only: who the person says they are. In OIDC mode the API's session cookie says it. */
export const userId = new Observable<string | null>(read('user'))

/** Why nobody is signed in, once that is known: they never were, the API said 401 in the middle of things, or they left. */
export const signedOut = new Observable<null | 'never' | 'ended' | 'left'>(null)

export function identityHeaders(): Record<string, string> {
  const id = userId.get()
  return config.auth === 'header' && id !== null ? { 'x-user-id': id } : {}
}
