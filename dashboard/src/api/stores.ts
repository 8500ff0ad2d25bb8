import * as client from './generated/client'
import { request } from './http'
import type { AuditPage, Metrics, Store, StorePage } from './types'

export type StoreQuery = client.ListStoresParams

export interface AuditQuery {
  actor?: string
  action?: string
  result?: 'accepted' | 'refused'
  cursor?: string
}

// Empty values are no values: the API refuses a parameter that it can't understand.
const given = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as T

export const listStores = (values: StoreQuery, signal?: AbortSignal): Promise<StorePage> => client.listStores(given(values), { signal })
export const getStore = (id: string, signal?: AbortSignal): Promise<Store> => client.getStore(encodeURIComponent(id), { signal })
export const deleteStore = (id: string): Promise<Store> => client.deleteStore(encodeURIComponent(id))
export const createStore = (body: client.CreateStore, idempotencyKey: string): Promise<Store> =>
  client.createStore(body, { headers: { 'Idempotency-Key': idempotencyKey } })
export const listEngines = (signal?: AbortSignal): Promise<client.Engine[]> => client.listEngines({ signal })
export const getHealth = (signal?: AbortSignal): Promise<client.Health> => client.getHealth({ signal })
// Asked with Accept: application/json, as every request here, it is never Prometheus's text.
export const getMetrics = (signal?: AbortSignal): Promise<Metrics> => client.getMetrics({ signal }) as Promise<Metrics>

export const getMe = (signal?: AbortSignal): Promise<client.Me> => client.getMe({ signal })
export const getAdminLogin = (id: string): Promise<client.AdminLogin> => client.revealAdminLogin(encodeURIComponent(id))
export const listEvents = (id: string, signal?: AbortSignal): Promise<client.Events> => client.listStoreEvents(encodeURIComponent(id), { signal })
export const readLogs = (id: string, source: client.LogSource, signal?: AbortSignal): Promise<client.LogTail> =>
  client.readStoreLog(encodeURIComponent(id), { source }, { signal })
export const getUsage = (id: string, signal?: AbortSignal): Promise<client.StoreUsage> => client.getStoreUsage(encodeURIComponent(id), { signal })

/* What follows is shown only where the API's description has it; see capabilities.ts. */

export const listAudit = (values: AuditQuery, signal?: AbortSignal): Promise<AuditPage> =>
  request(`/api/audit?${new URLSearchParams(given(values) as Record<string, string>).toString()}`, { signal })
