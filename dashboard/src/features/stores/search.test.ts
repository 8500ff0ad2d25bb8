import { describe, expect, it } from 'vitest'
import { parseSearch, stringifySearch } from '@/lib/search-params'
import { parseStoreSearch, toStoreQuery } from './search'

describe('the list’s address', () => {
  it('survives a round trip in a form that people can read', () => {
    const search = parseStoreSearch(parseSearch('?q=blue+%26+co&status=Failed&engine=medusa&sort=name&view=cards'))
    expect(stringifySearch(search)).toBe('?q=blue+%26+co&status=Failed&engine=medusa&sort=name&view=cards')
  })

  it('drops what it does not know, and defaults', () => {
    expect(stringifySearch(parseStoreSearch(parseSearch('?status=Sleeping&sort=-createdAt&view=table&all=1&x=y')))).toBe('')
  })

  it('becomes the API’s query', () => {
    expect(toStoreQuery({ q: ' tea ', sort: 'name', all: 'yes' })).toMatchObject({ search: 'tea', sort: 'name', scope: 'all', limit: 25 })
  })
})
