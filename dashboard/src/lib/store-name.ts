/**
 * The rule for a store's display name; the same as in crates/store-crd/src/names.rs, which has the last word on the server.
 * Characters are Unicode code points, not UTF-16 units.
 */
export const storeNameMax = 63
const pattern = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._,'&+-]*$/u

export type StoreNameFault = 'empty' | 'too-long' | 'bad-start' | 'bad-character'

export const storeNameLength = (name: string): number => Array.from(name).length

export function storeNameFault(name: string): StoreNameFault | null {
  if (name === '') return 'empty'
  if (storeNameLength(name) > storeNameMax) return 'too-long'
  if (!/^[\p{L}\p{N}]/u.test(name)) return 'bad-start'
  return pattern.test(name) ? null : 'bad-character'
}
