import { describe, expect, it } from 'vitest'
import { backoff, liveAddress, parseMessage } from './live'

describe('the live connection', () => {
  it('speaks to the API’s host and names the user', () => {
    expect(liveAddress('http://api.localhost:8080', 'http://dashboard.localhost:8080', 'ada & co', null)).toBe('ws://api.localhost:8080/api/ws?user=ada+%26+co')
    expect(liveAddress('', 'https://shops.example', null, '7.1-10')).toBe('wss://shops.example/api/ws?since=7.1-10')
    expect(liveAddress('', 'https://shops.example', null, null, true)).toBe('wss://shops.example/api/ws?scope=all')
  })

  it('waits longer from try to try, up to twenty seconds, and never in step with others', () => {
    expect([0, 1, 2, 10, 1000].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 20_000, 20_000])
    expect(backoff(2, 0)).toBe(1000)
  })

  it('passes over what it does not understand', () => {
    for (const data of ['', 'null', '{"type":"store"}', '{"type":"weather","id":"x"}', new ArrayBuffer(2)]) expect(parseMessage(data)).toBeNull()
    expect(parseMessage('{"type":"deleted","id":"x"}')).toEqual({ type: 'deleted', id: 'x' })
    expect(parseMessage('{"type":"ready","cursor":"7"}')).toEqual({ type: 'ready', cursor: '7', resumed: false })
  })
})
