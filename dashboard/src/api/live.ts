import { config } from '@/lib/config'
import { connection } from './connection'
import type { Store } from './types'

export type LiveMessage = { type: 'store'; store: Store } | { type: 'deleted'; id: string }

const firstDelay = 500
const longestDelay = 20_000

/** Doubles up to a limit; the random half keeps thousands of dashboards from coming back in step. */
export function backoff(attempt: number, random: number): number {
  const whole = Math.min(longestDelay, firstDelay * 2 ** Math.min(attempt, 10))
  return whole / 2 + (whole / 2) * random
}

export function liveAddress(apiBase: string, origin: string, user: string | null): string {
  const url = new URL('/api/ws', apiBase || origin)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  // A browser can't set headers on a WebSocket, so header mode names the user in the address.
  if (user !== null) url.searchParams.set('user', user)
  return url.href
}

/** Holds the WebSocket open, tells how it is, and hands on what comes. Returns what ends it. */
export function connectLive(
  user: string | null,
  on: { message: (message: LiveMessage) => void; resync: () => void },
): () => void {
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let attempt = 0
  let ended = false
  let wasOpen = false

  const open = (): void => {
    clearTimeout(timer)
    if (ended || socket !== null) return
    if (!navigator.onLine) {
      connection.set('offline')
      return
    }
    if (connection.get() === 'offline') connection.set('polling')
    const current = new WebSocket(liveAddress(config.apiBase, location.origin, config.auth === 'header' ? user : null))
    socket = current
    current.onopen = () => {
      attempt = 0
      connection.set('live')
      // What happened while nobody listened.
      if (wasOpen) on.resync()
      wasOpen = true
    }
    current.onmessage = (event) => {
      const message = parseMessage(event.data)
      if (message !== null) on.message(message)
    }
    current.onclose = () => {
      if (socket !== current) return
      socket = null
      if (ended) return
      connection.set(navigator.onLine ? 'polling' : 'offline')
      timer = setTimeout(open, backoff(attempt++, Math.random()))
    }
  }

  const hurry = (): void => {
    if (document.visibilityState === 'visible' && connection.get() !== 'live') open()
  }
  const lost = (): void => {
    connection.set('offline')
    const current = socket
    socket = null
    current?.close()
  }
  window.addEventListener('online', open)
  window.addEventListener('offline', lost)
  document.addEventListener('visibilitychange', hurry)
  open()

  return () => {
    ended = true
    clearTimeout(timer)
    window.removeEventListener('online', open)
    window.removeEventListener('offline', lost)
    document.removeEventListener('visibilitychange', hurry)
    socket?.close()
    connection.set('connecting')
  }
}

export function parseMessage(data: unknown): LiveMessage | null {
  if (typeof data !== 'string') return null
  try {
    const message = JSON.parse(data) as Partial<LiveMessage> | null
    if (message?.type === 'store' && typeof message.store?.id === 'string') return message as LiveMessage
    if (message?.type === 'deleted' && typeof message.id === 'string') return message as LiveMessage
  } catch {
    // A newer server may say things that this page doesn't know.
  }
  return null
}
