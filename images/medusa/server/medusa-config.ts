import { defineConfig } from "@medusajs/framework/utils"
import { readSettings } from "./src/platform/settings"

const settings = readSettings(process.env)

/** Redis, where the store has one, carries events, workflows, locks and the cache, so that several replicas can share them. */
const redisModules = (redisUrl: string) => [
  {
    resolve: "@medusajs/medusa/event-bus-redis",
    options: { redisUrl, jobOptions: { removeOnComplete: true, removeOnFail: 1000 } },
  },
  { resolve: "@medusajs/medusa/workflow-engine-redis", options: { redis: { redisUrl } } },
  { resolve: "@medusajs/medusa/cache-redis", options: { redisUrl } },
  {
    resolve: "@medusajs/medusa/locking",
    options: {
      providers: [
        {
          id: "locking-redis",
          resolve: "@medusajs/medusa/locking-redis",
          is_default: true,
          options: { redisUrl },
        },
      ],
    },
  },
]

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: settings.databaseUrl,
    redisUrl: settings.redisUrl,
    http: {
      storeCors: settings.storeCors,
      adminCors: settings.adminCors,
      authCors: settings.authCors,
      jwtSecret: settings.jwtSecret,
      cookieSecret: settings.cookieSecret,
    },
    // A `secure` cookie never comes back over plain HTTP, so nobody could log in to a local store.
    cookieOptions: { secure: settings.storeUrl.protocol === "https:", sameSite: "lax" },
  },
  // The front (src/platform/front.ts) serves the built admin: so the server need not load Vite and its plugins.
  admin: { disable: process.env.DISABLE_MEDUSA_ADMIN === "true" },
  modules: [
    {
      resolve: "@medusajs/medusa/file",
      options: {
        providers: [
          {
            id: "local",
            resolve: "@medusajs/medusa/file-local",
            options: {
              upload_dir: settings.publicUploads,
              private_upload_dir: settings.privateUploads,
              backend_url: new URL("/static", settings.storeUrl).href,
            },
          },
        ],
      },
    },
    ...(settings.redisUrl ? redisModules(settings.redisUrl) : []),
  ],
})
