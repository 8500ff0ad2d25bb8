/** Which cart this browser has. Storage may be forbidden (private windows, policies): then the cart lasts as long as the page. */
const KEY = "cart-id"
let memory: string | undefined

export function readCartId(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? memory
  } catch {
    return memory
  }
}

export function writeCartId(id: string | undefined): void {
  memory = id
  try {
    if (id) localStorage.setItem(KEY, id)
    else localStorage.removeItem(KEY)
  } catch {
    // The copy in memory has to do.
  }
}
