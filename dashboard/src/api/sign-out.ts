import type { QueryClient } from '@tanstack/react-query'
import { config } from '@/lib/config'
import { write } from '@/lib/storage'
import { logout } from './generated/client'
import { isUnauthenticated } from './problem'
import { signedOut, userId } from './session'

/** Ends the session. The API ends its own, in OIDC mode; in header mode there is only a name to forget. */
export async function signOut(client: QueryClient): Promise<void> {
  if (config.auth === 'header') {
    write('user', null)
    userId.set(null)
    return
  }
  await logout().catch((error: unknown) => {
    // It had ended already.
    if (!isUnauthenticated(error)) throw error
  })
  signedOut.set('left')
  client.clear()
}
