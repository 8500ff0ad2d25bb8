/** A random key. crypto.randomUUID exists only on secure origins, and a local install may be plain HTTP under another name. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
