/**
 * The serving command. It listens at once, loads Medusa's code while the database is being set up, and opens the store
 * when setup has finished.
 */
import { createServer } from "node:http"
import { join } from "node:path"
import { waitUntilSetUp } from "./platform/database"
import { createFront } from "./platform/front"
import type { OpenStore } from "./platform/open"
import { readSettings, requireVariables } from "./platform/settings"
import { readRelease } from "./platform/template"

/** How long a stopping server waits for requests under way. */
const DRAIN_MILLISECONDS = 10_000

async function serve(): Promise<void> {
  requireVariables(process.env, ["DATABASE_URL", "STORE_URL", "JWT_SECRET", "COOKIE_SECRET"])
  const settings = readSettings(process.env)
  const directory = process.cwd()
  const release = await readRelease(directory)
  const deadline = Date.now() + settings.waitTimeoutSeconds * 1000
  const publicFiles = join(directory, "public")

  let store: OpenStore | undefined
  const front = createFront({
    storefrontFiles: join(publicFiles, "storefront"),
    adminFiles: join(publicFiles, "admin"),
    publicUploads: settings.publicUploads,
    dashboardOrigin: settings.dashboardOrigin,
    store: () => store,
  })
  const server = createServer(front)
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(settings.port, resolve)
  })
  log(`listening on port ${settings.port}`)

  const stop = () => {
    server.close(() => process.exit(0))
    const idle = setInterval(() => server.closeIdleConnections(), 100)
    setTimeout(() => process.exit(0), DRAIN_MILLISECONDS)
    void store?.close().finally(() => clearInterval(idle))
  }
  process.once("SIGTERM", stop)
  process.once("SIGINT", stop)

  const [{ openStore }] = await Promise.all([
    import("./platform/open.js"),
    waitUntilSetUp(settings.databaseUrl!, release, deadline).then(() => log("the database is set up")),
  ])
  store = await openStore(directory, settings, join(publicFiles, "storefront", "index.html"), deadline)
  log("the store is open")
}

const started = performance.now()
function log(message: string): void {
  console.log(`${message} (${Math.round(performance.now() - started)} ms after start)`)
}

serve().catch((error: Error) => {
  console.error(`The store can't open: ${error.message}`)
  process.exit(1)
})
