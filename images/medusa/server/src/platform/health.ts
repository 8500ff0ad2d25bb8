import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import type { Redis } from "ioredis"

const TIMEOUT_MILLISECONDS = 2000

/** Says whether the store can serve a customer now: its database, and its cache where it has one, answer. */
export function healthCheck(container: MedusaContainer, redis: Redis | undefined): () => Promise<void> {
  const database = container.resolve(ContainerRegistrationKeys.PG_CONNECTION)
  const probe = async () => {
    await Promise.all([
      within("The database", database.raw("select 1")),
      ...(redis ? [within("The cache", redis.ping())] : []),
    ])
  }

  // Probes that come while one is under way share its answer, so no number of them can load the database.
  let running: Promise<void> | undefined
  return () => (running ??= probe().finally(() => (running = undefined)))
}

async function within(what: string, answer: PromiseLike<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("timed out")), TIMEOUT_MILLISECONDS)
  })
  try {
    await Promise.race([answer, timeout])
  } catch (error) {
    throw new Error(`${what} does not answer: ${(error as Error).message}`)
  } finally {
    clearTimeout(timer)
  }
}
