/**
 * Everything the image reads from its environment, in one place. README.md lists the same names for operators.
 */
import { join, resolve } from "node:path"

export interface Settings {
  databaseUrl: string | undefined
  redisUrl: string | undefined
  storeUrl: URL
  storeName: string
  dashboardOrigin: string | undefined
  storeCors: string
  adminCors: string
  authCors: string
  jwtSecret: string | undefined
  cookieSecret: string | undefined
  adminEmail: string | undefined
  adminPassword: string | undefined
  port: number
  waitTimeoutSeconds: number
  publicUploads: string
  privateUploads: string
}

type Environment = Record<string, string | undefined>

/** Reads the settings without insisting on any: the image build has no store yet. */
export function readSettings(env: Environment): Settings {
  const storeUrl = parseStoreUrl(env.STORE_URL || "http://localhost:9000")
  const uploads = resolve(env.UPLOADS_DIR || "uploads")
  return {
    databaseUrl: env.DATABASE_URL || undefined,
    redisUrl: env.REDIS_URL || undefined,
    storeUrl,
    storeName: env.STORE_NAME?.trim() || "Store",
    dashboardOrigin: parseOrigin("DASHBOARD_ORIGIN", env.DASHBOARD_ORIGIN),
    storeCors: env.STORE_CORS || storeUrl.origin,
    adminCors: env.ADMIN_CORS || storeUrl.origin,
    authCors: env.AUTH_CORS || storeUrl.origin,
    jwtSecret: env.JWT_SECRET || undefined,
    cookieSecret: env.COOKIE_SECRET || undefined,
    adminEmail: env.ADMIN_EMAIL || undefined,
    adminPassword: env.ADMIN_PASSWORD || undefined,
    port: positiveInteger("PORT", env.PORT, 9000),
    waitTimeoutSeconds: positiveInteger("WAIT_TIMEOUT_SECONDS", env.WAIT_TIMEOUT_SECONDS, 300),
    publicUploads: join(uploads, "public"),
    privateUploads: join(uploads, "private"),
  }
}

/** Fails with every missing variable at once, so that nobody mends them one start at a time. */
export function requireVariables(env: Environment, names: string[]): void {
  const missing = names.filter((name) => !env[name])
  if (missing.length > 0) {
    throw new Error(`Set ${missing.join(", ")}: this container can't run without ${missing.length > 1 ? "them" : "it"}.`)
  }
}

function parseStoreUrl(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new Error(`STORE_URL must be the address customers use, such as https://shop.example.com; it is "${value}".`)
  }
  return url
}

/** It goes into a header as it stands, so it must hold nothing that has a meaning there. */
function parseOrigin(name: string, value: string | undefined): string | undefined {
  if (!value) return undefined
  if (!/^https?:\/\/[\w.-]+(:\d+)?$/.test(value)) {
    throw new Error(`${name} must be an origin, such as https://dashboard.example.com; it is "${value}".`)
  }
  return value
}

function positiveInteger(name: string, value: string | undefined, fallback: number): number {
  if (!value) return fallback
  const number = Number(value)
  if (!Number.isInteger(number) || number <= 0) {
    throw new Error(`${name} must be a positive whole number; it is "${value}".`)
  }
  return number
}
