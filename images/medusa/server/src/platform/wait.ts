import { setTimeout as sleep } from "node:timers/promises"

const POLL_MILLISECONDS = 100

/** Thrown when a wait reaches its limit: its message is meant for the person who operates the store. */
export class WaitTimeout extends Error {}

/**
 * Polls until `probe` gives a value other than undefined. A probe that throws counts as "not yet"; when time is up,
 * its last error says why.
 */
export async function waitFor<T>(what: string, deadline: number, probe: () => Promise<T | undefined>): Promise<T> {
  let lastError: unknown
  for (;;) {
    try {
      const value = await probe()
      if (value !== undefined) return value
      lastError = undefined
    } catch (error) {
      lastError = error
    }
    if (Date.now() >= deadline) {
      const reason = lastError instanceof Error ? ` Last error: ${lastError.message || (lastError as NodeJS.ErrnoException).code}.` : ""
      throw new WaitTimeout(`Gave up waiting for ${what}.${reason}`)
    }
    await sleep(POLL_MILLISECONDS)
  }
}
