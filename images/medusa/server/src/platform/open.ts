/** Starts Medusa on a database that is set up. Importing this module loads all of Medusa's code: do it late. */
import { readFile } from "node:fs/promises"
import loadMedusa from "@medusajs/medusa/loaders/index"
import express, { type Express } from "express"
import { Redis } from "ioredis"
import { healthCheck } from "./health"
import { PageRenderer } from "./page"
import type { Settings } from "./settings"
import { waitFor } from "./wait"

export interface OpenStore {
  /** Answers what lies below Medusa's own paths. */
  api: Express
  page: PageRenderer
  health: () => Promise<void>
  close: () => Promise<void>
}

export async function openStore(
  directory: string,
  settings: Settings,
  pageTemplate: string,
  deadline: number,
): Promise<OpenStore> {
  const redis = settings.redisUrl ? await connectRedis(settings.redisUrl, deadline) : undefined
  const api = express()
  api.disable("x-powered-by")
  const { container, shutdown } = await loadMedusa({ directory, expressApp: api })
  return {
    api,
    page: new PageRenderer(await readFile(pageTemplate, "utf8"), container, `http://127.0.0.1:${settings.port}`),
    health: healthCheck(container, redis),
    close: async () => {
      redis?.disconnect()
      await shutdown()
    },
  }
}

async function connectRedis(url: string, deadline: number): Promise<Redis> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => 200 })
  redis.on("error", () => {})
  await waitFor(`the cache at ${new URL(url).host}`, deadline, async () => (await redis.ping()) === "PONG" || undefined)
  return redis
}
