import type { AuditEntry, Engine, Store, StoreStatus, TimelineStep } from '../src/api/types.ts'

/** A small platform in memory, for tests and screenshots: the same state for every run, and time stands still unless it is moved. */
export const epoch = Date.parse('2026-11-23T10:00:00Z')

export const engines: Engine[] = [
  {
    name: 'woocommerce',
    title: 'WooCommerce',
    description: 'The shop plugin for WordPress. Pages, posts and thousands of themes and extensions come with it.',
    defaultVersion: '10.0.2',
    versions: ['10.0.2'],
    database: 'mariadb',
    cache: null,
    admin: { path: '/wp-admin' },
  },
  {
    name: 'medusa',
    title: 'MedusaJS',
    description: 'A headless commerce platform with a modern admin, an API for everything, and a fast storefront.',
    defaultVersion: '2.18.0',
    versions: ['2.18.0'],
    database: 'postgres',
    cache: 'valkey',
    admin: { path: '/app' },
  },
]

type StepName = TimelineStep['name']

const stepNames: Record<string, StepName[]> = {
  woocommerce: ['Queue', 'Namespace', 'Database', 'Setup', 'Application', 'Storefront'],
  medusa: ['Queue', 'Namespace', 'Database', 'Cache', 'Setup', 'Application', 'Storefront'],
}

// When each step begins and ends, in milliseconds after the store was asked for.
const plan: Record<string, [number, number]> = {
  Queue: [0, 300],
  Namespace: [300, 900],
  Database: [900, 3300],
  Cache: [900, 1700],
  Setup: [3300, 6200],
  Application: [900, 7000],
  Storefront: [7000, 7600],
}

const done: Record<string, string> = {
  Namespace: 'Namespace, limits, network policies and secrets are in place.',
  Database: 'Accepts connections.',
  Cache: 'Accepts connections.',
  Setup: 'Schema, sample products and admin login are written.',
  Application: 'Its pods are ready.',
  Storefront: 'Shows Blue Shirt and Red Hat.',
}

const iso = (time: number): string => new Date(time).toISOString()

/** The steps of a store, `elapsed` milliseconds after it was asked for. */
export function timelineAt(engine: string, created: number, elapsed: number, failing?: { step: string; message: string }, pace = 1): TimelineStep[] {
  return (stepNames[engine] ?? []).map((name): TimelineStep => {
    const [start, end] = (plan[name] ?? [0, 0]).map((time) => time * pace) as [number, number]
    if (elapsed < start || (failing !== undefined && name === 'Storefront')) return { name, state: 'Pending' }
    if (failing?.step === name) return { name, state: 'Failed', startedAt: iso(created + start), finishedAt: iso(created + elapsed), message: failing.message }
    if (elapsed < end) return { name, state: 'Running', startedAt: iso(created + start) }
    return { name, state: 'Succeeded', startedAt: iso(created + start), finishedAt: iso(created + end), message: done[name] }
  })
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
const uuid = (index: number): string => `0193${hex(index * 40_503 + 0x9c4e, 8).slice(-4)}-${hex(index * 7919, 4).slice(-4)}-7b64-8d5c-${hex(index * 104_729 + 0x2f6d6d0f, 12).slice(-12)}`

let made = 0

export function makeStore(init: Partial<Store> & { name: string; engine: string; status: StoreStatus }): Store {
  made += 1
  const id = init.id ?? uuid(made)
  const engine = engines.find((one) => one.name === init.engine)
  const created = init.createdAt === undefined ? epoch - made * 5_400_000 : Date.parse(init.createdAt)
  const url = `http://store-${id}.localhost`
  const ready = ['Ready', 'Degraded', 'Deleting'].includes(init.status)
  // Spread like real ones: most near the middle, a few slow.
  const duration = 5_200 + ((made * 2654435761) % 4_700) + (made % 9 === 4 ? 9_000 : 0)
  const failed = init.status === 'Failed' ? { step: 'Setup', message: init.message ?? '' } : undefined
  return {
    version: engine?.defaultVersion,
    owner: 'ada',
    createdAt: iso(created),
    reason: null,
    message: null,
    url,
    adminUrl: `${url}${engine?.admin?.path ?? ''}`,
    queuePosition: null,
    readyAt: ready ? iso(created + duration) : null,
    lastVisitAt: ready ? iso(created + duration + 1_200_000) : null,
    idleDeletionAt: null,
    timeline: timelineAt(init.engine, created, ready ? 60_000 : failed ? 600_000 : init.status === 'Provisioning' ? 3900 : 100, failed, ready ? duration / 7600 : 1),
    ...init,
    id,
  }
}

export class World {
  stores: Store[] = []
  audit: AuditEntry[] = []
  admin = false
  limits = { stores: { used: 0, max: 10 }, creationsPerHour: { left: 5, max: 5 } }
  measuredAt = epoch
  #keys = new Map<string, Store>()

  /** What a store uses: cores and bytes, a little different each time, and always the same from run to run. */
  measure(): [number, number] {
    this.measuredAt += 15_000
    const turn = (this.measuredAt - epoch) / 15_000
    return [0.09 + 0.06 * Math.abs(Math.sin(turn * 1.3)) + (turn % 7 === 3 ? 0.18 : 0), (380 + 24 * Math.sin(turn * 0.7)) * 1024 ** 2]
  }

  add(store: Store): Store {
    this.stores.unshift(store)
    return store
  }

  find(id: string): Store | undefined {
    return this.stores.find((store) => store.id === id)
  }

  change(id: string, patch: Partial<Store>): Store {
    const store = this.find(id)
    if (store === undefined) throw new Error(`no store ${id}`)
    Object.assign(store, patch)
    return store
  }

  remove(id: string): void {
    this.stores = this.stores.filter((store) => store.id !== id)
  }

  create(name: string, engine: string, owner: string, key: string | null, now: number): Store {
    const kept = key === null ? undefined : this.#keys.get(key)
    if (kept !== undefined) return kept
    const store = this.add(makeStore({ name, engine, owner, status: 'Queued', queuePosition: 1, createdAt: iso(now) }))
    if (key !== null) this.#keys.set(key, store)
    return store
  }
}

const names = ['Blue Harbour Goods', 'Nordlicht Kerzen', 'Café Olé', 'The Paper Crane', 'Öko & Fein', 'Juniper + Salt', 'Atelier Moreau', 'Kobayashi Tea', 'Second Spring', 'Tin Roof Records', 'Marrow Street Books', 'Fable Toys']

/** A few stores in every state. */
export function smallWorld(): World {
  made = 0
  const world = new World()
  const engineOf = (index: number): string => (index % 3 === 1 ? 'medusa' : 'woocommerce')
  const states: Partial<Record<number, Partial<Store> & { status: StoreStatus }>> = {
    0: { status: 'Provisioning', createdAt: iso(epoch - 3900) },
    1: { status: 'Queued', queuePosition: 2, createdAt: iso(epoch - 1500) },
    4: { status: 'Failed', reason: 'ProvisioningTimeout', message: 'The setup did not finish within 10 minutes: the database refused the password.' },
    6: { status: 'Degraded', reason: 'NotAnswering', message: 'The shop has not answered for 40 seconds; its database is restarting.' },
    9: { status: 'Deleting' },
  }
  world.stores = names.map((name, index) => makeStore({ name, engine: engineOf(index), status: 'Ready', ...states[index] }))
  world.limits = { stores: { used: 8, max: 10 }, creationsPerHour: { left: 3, max: 5 } }
  world.audit = [...world.stores].sort((a, b) => b.createdAt.localeCompare(a.createdAt)).map((store, index): AuditEntry => {
    const refused = index % 4 === 3
    return {
      id: String(index),
      at: store.createdAt,
      actor: index % 5 === 2 ? 'grace' : 'ada',
      action: index % 6 === 5 ? 'store.delete' : 'store.create',
      storeId: refused ? null : store.id,
      storeName: refused ? null : store.name,
      ip: `203.0.113.${20 + index}`,
      result: refused ? 'refused' : 'accepted',
      detail: refused ? 'user_creation_rate_exceeded' : null,
    }
  })
  return world
}

/** As many stores as one likes, for lists. */
export function largeWorld(count: number): World {
  made = 0
  const world = new World()
  const failed = { status: 'Failed' as const, message: 'The storage class has no space left.' }
  world.stores = Array.from({ length: count }, (_, index) =>
    makeStore({
      name: `${names[index % names.length] ?? ''} ${Math.floor(index / names.length) + 1}`,
      engine: index % 3 === 1 ? 'medusa' : 'woocommerce',
      createdAt: iso(epoch - index * 60_000),
      ...(index % 41 === 7 ? failed : { status: 'Ready' as const }),
    }),
  )
  return world
}
