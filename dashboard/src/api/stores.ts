import * as client from './generated/client'
import type { Store, StorePage } from './types'

export type StoreQuery = client.ListStoresParams

// Empty values are no values: the API refuses a parameter that it can't understand.
export const given = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as T

export const listStores = (values: StoreQuery, signal?: AbortSignal): Promise<StorePage> => client.listStores(given(values), { signal })
export const getStore = (id: string, signal?: AbortSignal): Promise<Store> => client.getStore(encodeURIComponent(id), { signal })
export const listEngines = (signal?: AbortSignal): Promise<client.Engine[]> => client.listEngines({ signal })
export const getMe = (signal?: AbortSignal): Promise<client.Me> => client.getMe({ signal })
