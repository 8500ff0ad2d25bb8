import type { Store as ListedStore, StoreList, StoreStatus, TimelineStep } from './generated/client'

export type { DependencyState, Engine, Health, Metrics, StepState, StoreStatus, TimelineStep } from './generated/client'

/** A store, from the list or from its own page: only the latter has the timeline. */
export type Store = ListedStore & { timeline?: TimelineStep[] }

export type StorePage = Omit<StoreList, 'items' | 'counts'> & {
  items: Store[]
  /** How many the same search finds by status, where the API tells. */
  counts?: Partial<Record<StoreStatus, number>>
}

export interface Me {
  id: string
  admin: boolean
  limits?: {
    stores: { used: number; max: number }
    creationsPerHour: { left: number; max: number }
  }
}

export interface AdminLogin {
  user: string
  password: string
  url?: string | null
}

export interface StoreEvent {
  id: string
  at: string
  type: 'Normal' | 'Warning'
  reason: string
  message: string
}

export interface LogTail {
  source: string
  lines: string[]
  truncated: boolean
}

export interface AuditEntry {
  id: string
  at: string
  /** Null where nobody was known, and for what the cluster did by itself. */
  actor?: string | null
  action: string
  storeId?: string | null
  storeName?: string | null
  ip?: string | null
  result: string
  detail?: string | null
}

export interface AuditPage {
  items: AuditEntry[]
  nextCursor?: string | null
}
