import type { Store as GivenStore, StoreList, StoreStatus } from './generated/client'

export type { AuditAction, AuditEntry, AuditResult, Code, DependencyState, Engine, Health, LogSource, Metrics, StepState, StoreStatus, StoreUsage, TimelineStep } from './generated/client'

/** A store. The backend of the version before, which may still answer during an upgrade, lists stores without their timelines. */
export type Store = Omit<GivenStore, 'timeline'> & Partial<Pick<GivenStore, 'timeline'>>

export type StorePage = Omit<StoreList, 'items' | 'counts'> & {
  items: Store[]
  /** How many the same search finds by status, where the API tells. */
  counts?: Partial<Record<StoreStatus, number>>
}
