import * as client from './generated/client'
import type { Store } from './types'

/** What changes something, or is told only on request. */
export const createStore = (body: client.CreateStore, idempotencyKey: string): Promise<Store> =>
  client.createStore(body, { headers: { 'Idempotency-Key': idempotencyKey } })
export const deleteStore = (id: string): Promise<Store> => client.deleteStore(encodeURIComponent(id))
export const getAdminLogin = (id: string): Promise<client.AdminLogin> => client.revealAdminLogin(encodeURIComponent(id))
