import { request } from './http'
import type { AdminLogin, AuditPage, Engine, Health, LogTail, Me, Metrics, Store, StoreEvent, StorePage } from './types'

export interface StoreQuery {
  search?: string
  status?: string
  engine?: string
  sort?: string
  cursor?: string
  limit?: number
  all?: boolean
}

const query = (values: object): string => {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== '' && value !== false) search.set(key, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

const storePath = (id: string, rest = ''): string => `/api/stores/${encodeURIComponent(id)}${rest}`

export const listStores = (values: StoreQuery, signal?: AbortSignal): Promise<StorePage> =>
  request(`/api/stores${query(values)}`, { signal })
export const getStore = (id: string, signal?: AbortSignal): Promise<Store> => request(storePath(id), { signal })
export const deleteStore = (id: string): Promise<void> => request(storePath(id), { method: 'DELETE' })
export const createStore = (body: { name: string; engine: string }, idempotencyKey: string): Promise<Store> =>
  request('/api/stores', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
    body: JSON.stringify(body),
  })
export const getAdminLogin = (id: string): Promise<AdminLogin> => request(storePath(id, '/admin-login'), { method: 'POST' })
export const listEvents = (id: string, signal?: AbortSignal): Promise<{ items: StoreEvent[] }> => request(storePath(id, '/events'), { signal })
export const readLogs = (id: string, source: string, signal?: AbortSignal): Promise<LogTail> =>
  request(storePath(id, `/logs${query({ source })}`), { signal })
export const listEngines = (signal?: AbortSignal): Promise<{ items: Engine[] }> => request('/api/engines', { signal })
export const getMe = (signal?: AbortSignal): Promise<Me> => request('/api/me', { signal })
export const getHealth = (signal?: AbortSignal): Promise<Health> => request('/api/health', { signal })
export const getMetrics = (signal?: AbortSignal): Promise<Metrics> => request('/api/metrics', { signal })
export const listAudit = (values: { actor?: string; action?: string; cursor?: string }, signal?: AbortSignal): Promise<AuditPage> =>
  request(`/api/audit${query(values)}`, { signal })
