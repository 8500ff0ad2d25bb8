/** localStorage that never throws: in private windows and with storage switched off the value just isn't kept. */
const prefix = 'store-platform.'

export function read(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key)
  } catch {
    return null
  }
}

export function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(prefix + key)
    else localStorage.setItem(prefix + key, value)
  } catch {
    // Not kept; the page works on.
  }
}
