import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { smallWorld } from '../../mocks/world'
import { dropStore, placeStore } from './live-cache'
import { keys, makeQueryClient } from './queries'
import type { Store, StorePage } from './types'

function listed() {
  const client = makeQueryClient()
  const [one, two] = smallWorld().stores as [Store, Store]
  const key = [...keys.lists, {}]
  client.setQueryData<StorePage>(key, { items: [one, two], total: 2 })
  return { client, one, two, page: () => client.getQueryData<StorePage>(key), stale: () => client.getQueryState(key)?.isInvalidated }
}

describe('a pushed change', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('shows in the lists that hold the store, which keep their order', () => {
    const { client, one, two, page, stale } = listed()
    placeStore(client, { ...one, message: 'Nearly there.' })
    expect(page()?.items.map((store) => [store.id, store.message])).toEqual([[one.id, 'Nearly there.'], [two.id, two.message]])
    vi.advanceTimersByTime(1000)
    expect(stale()).toBe(false)
  })

  it('makes the lists ask again when none holds the store, or when it may belong elsewhere now', () => {
    for (const patch of [{ id: 'new' }, { status: 'Ready' as const }]) {
      const { client, one, stale } = listed()
      placeStore(client, { ...one, ...patch })
      vi.advanceTimersByTime(1000)
      expect(stale()).toBe(true)
    }
  })

  it('of many stores at once makes the lists ask again once', () => {
    const { client, one } = listed()
    const asked = vi.spyOn(client, 'invalidateQueries')
    for (let index = 0; index < 100; index += 1) placeStore(client, { ...one, id: `store-${index}` })
    vi.advanceTimersByTime(1000)
    expect(asked).toHaveBeenCalledOnce()
  })

  it('of a deletion takes the store away and counts one less', () => {
    const { client, one, two, page } = listed()
    dropStore(client, one.id)
    expect(page()).toMatchObject({ items: [{ id: two.id }], total: 1 })
  })
})
