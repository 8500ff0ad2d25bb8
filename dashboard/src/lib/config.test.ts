import { describe, expect, it } from 'vitest'
import { deriveApiBase, mergeConfig } from './config'

const at = (protocol: string, host: string) => ({ protocol, host })

describe('the address of the API', () => {
  it('is api.<domain> for dashboard.<domain>, with the same scheme and port', () => {
    expect(deriveApiBase(at('http:', 'dashboard.localhost'))).toBe('http://api.localhost')
    expect(deriveApiBase(at('https:', 'dashboard.shops.example:8443'))).toBe('https://api.shops.example:8443')
  })

  it('is the page’s own where the host says nothing', () => {
    expect(deriveApiBase(at('http:', 'localhost:5173'))).toBe('')
  })

  it('is what the file says, if it says so', () => {
    expect(mergeConfig({ apiBase: 'https://api.example/', auth: 'oidc' }, at('http:', 'dashboard.localhost'))).toEqual({ apiBase: 'https://api.example', auth: 'oidc' })
  })

  it.each([null, 'text', [], { apiBase: 7, auth: 'magic' }])('is not changed by a file like %j', (file) => {
    expect(mergeConfig(file, at('http:', 'dashboard.localhost'))).toEqual({ apiBase: 'http://api.localhost', auth: 'header' })
  })
})
