import type { HealthState } from '@/api/generated/client'
import { formatCount } from '../format'
import { locale } from './formats'

const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })

export const overviewText = {
  title: 'Overview',
  lead: 'The whole platform at a glance.',
  ownLead: 'Your stores at a glance.',
  loading: 'Loading overview',
  stores: 'Stores',
  ownStores: 'Your stores',
  ownNote: 'In every state',
  ready: 'Ready',
  readyShare: (share: number) => `${percent.format(share)} of all`,
  working: 'In progress',
  queue: (depth: number) => (depth === 0 ? 'Nobody waits' : depth === 1 ? '1 waits in line' : `${formatCount(depth)} wait in line`),
  attention: 'Need attention',
  attentionNote: 'Failed or not answering',
  created: (count: number) => `${formatCount(count)} created so far`,
  byStatus: 'By status',
  byEngine: 'By engine',
  none: 'No stores yet.',
  provisioning: {
    title: 'Time to ready',
    none: 'Times show up here once the first store is ready.',
    everyone: 'Over all stores of the platform.',
    average: 'Average',
    p50: 'Half within',
    p95: '95 of 100 within',
    p99: '99 of 100 within',
    chart: (count: number) => (count === 1 ? 'Your latest store' : `Your latest ${formatCount(count)} stores, oldest first`),
    bar: (name: string, duration: string) => `${name}: ${duration}`,
  },
  problems: { title: 'Needs attention', none: 'All your stores are well.', noneAtAll: 'All stores are well.', unknown: 'Your stores can’t be listed right now.' },
  failures: (failed: number, created: number) => (failed === 0 ? 'No store has failed so far.' : `${failed === 1 ? '1 failure' : `${formatCount(failed)} failures`} so far, with ${formatCount(created)} stores created.`),
  health: {
    title: 'Platform',
    api: 'API',
    answers: { ok: 'Up', degraded: 'Up, in part', unavailable: 'Unavailable', starting: 'Starting', draining: 'Stopping' } satisfies Record<HealthState, string>,
    unreachable: 'Down',
    states: { up: 'Up', down: 'Down', unknown: 'Not known yet' },
    names: { postgres: 'PostgreSQL', kubernetes: 'Kubernetes' } as Record<string, string>,
  },
}
