export type StoreStatus = 'Queued' | 'Provisioning' | 'Ready' | 'Degraded' | 'Failed' | 'Deleting'
export type StepState = 'Pending' | 'Running' | 'Succeeded' | 'Failed'

export interface TimelineStep {
  name: string
  state: StepState
  startedAt?: string | null
  finishedAt?: string | null
  message?: string | null
}

export interface Store {
  id: string
  name: string
  engine: string
  version?: string | null
  status: StoreStatus
  reason?: string | null
  message?: string | null
  url?: string | null
  adminUrl?: string | null
  owner?: string | null
  queuePosition?: number | null
  createdAt: string
  provisioningStartedAt?: string | null
  readyAt?: string | null
  timeline?: TimelineStep[]
}

export interface StorePage {
  items: Store[]
  nextCursor?: string | null
  total: number
  counts?: Partial<Record<StoreStatus, number>>
}

export interface Engine {
  name: string
  title: string
  description?: string | null
  defaultVersion: string
  versions: string[]
  database?: string | null
  cache?: string | null
  adminPath?: string | null
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
  actor: string
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

export interface Metrics {
  stores: { byStatus: Partial<Record<StoreStatus, number>>; byEngine: Record<string, number> }
  created: number
  failed: number
  queueDepth: number
  quotaViolations?: number
  provisioning: {
    count: number
    avgSeconds: number
    p95Seconds: number
    p99Seconds: number
    buckets: { le: number | null; count: number }[]
  }
}

export interface Health {
  status: string
  checks?: Record<string, { status: string; message?: string | null }>
}
