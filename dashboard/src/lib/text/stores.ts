import { formatCount, formatOrdinal } from '../format'
import type { StoreStatus } from '@/api/types'

/** English for stores as a list, and the words that list and store page share. */
export const statusText: Record<StoreStatus, string> = {
  Queued: 'Queued',
  Provisioning: 'Setting up',
  Ready: 'Ready',
  Degraded: 'Not answering',
  Failed: 'Failed',
  Deleting: 'Deleting',
}

const steps: Record<string, string> = {
  Queue: 'Queue',
  Namespace: 'Isolation and limits',
  Database: 'Database',
  Cache: 'Cache',
  Setup: 'Products and admin',
  Application: 'Application',
  Storefront: 'Shop answers',
}

export const stepText = (name: string): string => steps[name] ?? name

export const storesText = {
  title: 'Stores',
  total: (count: number) => (count === 1 ? '1 store' : `${formatCount(count)} stores`),
  matches: (count: number) => (count === 0 ? 'No match' : count === 1 ? '1 match' : `${formatCount(count)} matches`),
  create: 'New store',
  search: 'Search stores',
  searchPlaceholder: 'Search by name',
  clearSearch: 'Clear search',
  filterStatus: 'Filter by status',
  all: 'All',
  filterEngine: 'Filter by engine',
  everyEngine: 'Every engine',
  sort: 'Sort by',
  sorts: { '-createdAt': 'Newest first', createdAt: 'Oldest first', name: 'Name A to Z', '-name': 'Name Z to A', status: 'Status A to Z', '-status': 'Status Z to A' },
  view: 'Show as',
  table: 'Table',
  cards: 'Cards',
  everyone: 'Everyone’s stores',
  columns: { name: 'Store', status: 'Status', engine: 'Engine', owner: 'Owner', created: 'Created', links: 'Links' },
  openShop: (name: string) => `Open the shop ${name} in a new tab`,
  openAdmin: (name: string) => `Open the admin of ${name} in a new tab`,
  shop: 'Shop',
  admin: 'Admin',
  queuePlace: (place: number) => (place === 1 ? 'Next in line' : `${formatOrdinal(place)} in line`),
  stepOf: (step: string, done: number, all: number) => `${step} · ${done} of ${all}`,
  progress: (done: number, all: number) => `${done} of ${all} steps done`,
  loading: 'Loading stores',
  empty: {
    title: 'Your first store is moments away',
    body: 'Pick an engine, give it a name, and get a shop with sample products, a checkout and an admin of its own.',
    action: 'Create a store',
  },
  noMatch: {
    title: 'No store matches',
    body: 'Nothing fits this search and these filters together.',
    action: 'Clear search and filters',
  },
}
