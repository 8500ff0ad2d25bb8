import { config } from '@/lib/config'
import { Unreachable, problemOf } from './problem'
import { identityHeaders } from './session'

const timeoutMs = 15_000

/** Every request of the generated client goes through here: address, identity, time limit, errors. */
export async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const limit = AbortSignal.timeout(timeoutMs)
  let response: Response
  try {
    response = await fetch(config.apiBase + path, {
      ...init,
      credentials: 'include',
      headers: { accept: 'application/json', ...identityHeaders(), ...(init.headers as Record<string, string> | undefined) },
      signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit,
    })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new Unreachable(limit.aborted ? 'timeout' : 'network', { cause: error })
  }
  if (!response.ok) throw await problemOf(response)
  const body = await response.text()
  return (body === '' ? undefined : JSON.parse(body)) as T
}
