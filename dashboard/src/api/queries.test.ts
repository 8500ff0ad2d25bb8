import { describe, expect, it } from 'vitest'
import { smallWorld } from '../../mocks/world'
import { dropStore, keys, makeQueryClient, placeStore } from './queries'
import type { Store, StorePage } from './types'

function listed() {
  const client = makeQueryClient()
  const [one, two] = smallWorld().stores as [Store, Store]
  const key = [...keys.lists, {}]
  client.setQueryData<StorePage>(key, { items: [one, two], total: 2 })
  return { client, one, two, page: () => client.getQueryData<StorePage>(key), stale: () => client.getQueryState(key)?.isInvalidated }
}

describe('a pushed change', () => {
  it('shows in the lists that hold the store, which keep their order', () => {
    const { client, one, two, page, stale } = listed()
    placeStore(client, { ...one, status: 'Ready' })
    expect(page()?.items.map((store) => [store.id, store.status])).toEqual([[one.id, 'Ready'], [two.id, two.status]])
    expect(stale()).toBe(false)
  })

  it('makes the lists ask again when none holds the store', () => {
    const { client, one, stale } = listed()
    placeStore(client, { ...one, id: 'new' })
    expect(stale()).toBe(true)
  })

  it('of a deletion takes the store away and counts one less', () => {
    const { client, one, two, page } = listed()
    dropStore(client, one.id)
    expect(page()).toMatchObject({ items: [{ id: two.id }], total: 1 })
  })
})
