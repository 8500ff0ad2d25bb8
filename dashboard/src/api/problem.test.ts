import { describe, expect, it } from 'vitest'
import { problemOf, retryAfterOf } from './problem'

describe('problems', () => {
  it('carry what the API says', async () => {
    const body = { code: 'validation_failed', detail: 'A field is wrong.', requestId: 'r-1', errors: [{ field: 'name', message: 'is too long' }, { field: 7 }] }
    const problem = await problemOf(new Response(JSON.stringify(body), { status: 422, headers: { 'retry-after': '3' } }))
    expect(problem).toMatchObject({ status: 422, code: 'validation_failed', message: 'A field is wrong.', requestId: 'r-1', retryAfter: 3000, fields: [{ field: 'name', message: 'is too long' }] })
  })

  it('are made of whatever else comes, such as the error page of a proxy', async () => {
    expect(await problemOf(new Response('<h1>Bad Gateway</h1>', { status: 502 }))).toMatchObject({ status: 502, code: 'http_502', message: 'HTTP 502', fields: [] })
  })

  it('know both forms of Retry-After', () => {
    const now = Date.parse('2026-11-23T10:00:00Z')
    expect(['90', 'Mon, 23 Nov 2026 10:00:30 GMT', 'soon', '', null].map((header) => retryAfterOf(header, now))).toEqual([90_000, 30_000, null, null, null])
  })
})
