import { describe, expect, it } from 'vitest'
import { storeNameFault } from './store-name'

describe('the rule for names', () => {
  it.each(['my-store', '7', 'Café Olé', 'Ökö & Fein, “no”'.replace(/[“”]/g, "'"), 'कपड़े की दुकान', 'a'.repeat(63), '𝒜'.repeat(63)])('takes %s', (name) => {
    expect(storeNameFault(name)).toBeNull()
  })

  it.each([
    ['', 'empty'],
    ['a'.repeat(64), 'too-long'],
    ['𝒜'.repeat(64), 'too-long'],
    [' shop', 'bad-start'],
    ['-shop', 'bad-start'],
    ['🛍️', 'bad-start'],
    ['$(rm -rf)', 'bad-start'],
    ['shop;drop', 'bad-character'],
    ['shop\nshop', 'bad-character'],
    ['shop 🛍️', 'bad-character'],
  ])('refuses %j as %s', (name, fault) => {
    expect(storeNameFault(name)).toBe(fault)
  })
})
