import { config } from '@/lib/config'
import { connection } from './connection'
import type { LiveMessage } from './generated/client'

const firstDelay = 500
const longestDelay = 20_000

/** Doubles up to a limit; the random half keeps thousands of dashboards from coming back in step. */
export function backoff(attempt: number, random: number): number {
  const whole = Math.min(longestDelay, firstDelay * 2 ** Math.min(attempt, 10))
  return whole / 2 + (whole / 2) * random
}

export function liveAddress(apiBase: string, origin: string, user: string | null, since: string | null, everyone = false): string {
  const url = new URL('/api/ws', apiBase || origin)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  // A browser can't set headers on a WebSocket, so header mode names the user in the address.
  if (user !== null) url.searchParams.set('user', user)
  if (everyone) url.searchParams.set('scope', 'all')
  if (since !== null) url.searchParams.set('since', since)
  return url.href
}

interface Listener {
  change: (message: Exclude<LiveMessage, { type: 'ready' }>) => void
  /** Something may have been missed: ask for everything that is shown. */
  resync: () => void
}

/** Holds the WebSocket open, tells how it is, and hands on what comes. Returns what ends it. */
export function connectLive(user: string | null, everyone: boolean, on: Listener): () => void {
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let attempt = 0
  let ended = false
  let cursor: string | null = null

  const take = (message: LiveMessage): void => {
    if (message.cursor != null) cursor = message.cursor
    if (message.type !== 'ready') {
      on.change(message)
      return
    }
    attempt = 0
    connection.set('live')
    if (!message.resumed) on.resync()
  }

  const open = (): void => {
    clearTimeout(timer)
    if (ended || socket !== null) return
    if (!navigator.onLine) {
      connection.set('offline')
      return
    }
    if (connection.get() === 'offline') connection.set('polling')
    const current = new WebSocket(liveAddress(config.apiBase, location.origin, config.auth === 'header' ? user : null, cursor, everyone))
    socket = current
    let ready = false
    current.onmessage = (event) => {
      if (socket !== current) return
      const message = parseMessage(event.data)
      ready ||= message?.type === 'ready'
      if (message !== null) take(message)
    }
    current.onclose = () => {
      if (socket !== current) return
      socket = null
      if (ended) return
      // A refusal comes without a reason. Should it be for the cursor, it would be for ever.
      if (!ready && attempt >= 5) cursor = null
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
    if (message?.type === 'ready' && typeof message.cursor === 'string') return { type: 'ready', cursor: message.cursor, resumed: message.resumed === true }
    if (message?.type === 'store' && typeof message.store?.id === 'string') return message as LiveMessage
    if (message?.type === 'deleted' && typeof message.id === 'string') return message as LiveMessage
  } catch {
    // A newer server may say things that this page doesn't know.
  }
  return null
}
