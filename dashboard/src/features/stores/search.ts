import type { StoreQuery } from '@/api/stores'
import type { StoreStatus } from '@/api/types'
import { storeNameMax } from '@/lib/store-name'

export const statuses: StoreStatus[] = ['Ready', 'Provisioning', 'Queued', 'Degraded', 'Failed', 'Deleting']
export const sorts = ['-createdAt', 'createdAt', 'name', '-name', 'status', '-status'] as const
export type Sort = (typeof sorts)[number]

/** What the address says about the list. Defaults are left out of it. */
export interface StoreSearch {
  q?: string
  status?: StoreStatus
  engine?: string
  sort?: Sort
  view?: 'cards'
  /** Where the page starts, as the API named it. */
  cursor?: string
  /** Admins: the stores of everyone. */
  all?: 'yes'
}

export const pageSize = 25

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** Anyone can type an address, so what doesn't fit is dropped, not an error. */
export function parseStoreSearch(raw: Record<string, unknown>): StoreSearch {
  return {
    q: text(raw.q)?.slice(0, storeNameMax),
    status: statuses.find((status) => status === raw.status),
    engine: text(raw.engine),
    sort: sorts.find((sort) => sort === raw.sort && sort !== '-createdAt'),
    view: raw.view === 'cards' ? 'cards' : undefined,
    cursor: text(raw.cursor),
    all: raw.all === 'yes' ? 'yes' : undefined,
  }
}

export function toStoreQuery(search: StoreSearch): StoreQuery {
  return {
    search: search.q?.trim(),
    status: search.status,
    engine: search.engine,
    sort: search.sort,
    cursor: search.cursor,
    limit: pageSize,
    scope: search.all === 'yes' ? 'all' : undefined,
  }
}

export const isFiltered = (search: StoreSearch): boolean => [search.q, search.status, search.engine].some((value) => value !== undefined)
