/**
 * `setup`: makes the store's database ready for this release of the image, then exits. Safe to run again, and by two
 * at once: a database that is ready is left as it is, so nothing the owner changed is ever reset.
 */
import type { Client } from "@medusajs/framework/pg"
import { connect, inspect, markDone } from "./platform/database"
import { readSettings, requireVariables } from "./platform/settings"
import { type Owner, personalise, readRelease, readSql, restore } from "./platform/template"

/** Names the lock that keeps two setups of one database apart. */
const SETUP_LOCK = "hashtext('store-platform setup')"

async function setup(): Promise<string> {
  requireVariables(process.env, ["DATABASE_URL", "ADMIN_EMAIL", "ADMIN_PASSWORD", "STORE_NAME"])
  const settings = readSettings(process.env)
  const directory = process.cwd()
  const release = await readRelease(directory)
  const deadline = Date.now() + settings.waitTimeoutSeconds * 1000

  const client = await connect(settings.databaseUrl!, deadline)
  try {
    await client.query(`select pg_advisory_lock(${SETUP_LOCK})`)
    const state = await inspect(client, release)
    switch (state) {
      case "done":
        return "The store is already set up."
      case "empty":
        await createStore(client, directory, release, {
          storeName: settings.storeName,
          adminEmail: settings.adminEmail!,
          adminPassword: settings.adminPassword!,
        })
        return "The store is set up."
      case "other-release": {
        // Loaded only here: it brings all of Medusa with it.
        const { migrate } = await import("./platform/migrate.js")
        await migrate(directory)
        await markDone(client, release)
        return "The store is upgraded to this release."
      }
      case "foreign":
        throw new Error(
          "The database holds tables that this platform did not make. Give the store an empty database, or a backup of another store of this platform.",
        )
    }
  } finally {
    await client.end()
  }
}

/** All or nothing: an interrupted setup leaves an empty database, and the next one starts over. */
async function createStore(client: Client, directory: string, release: string, owner: Owner): Promise<void> {
  const sql = await readSql(directory)
  await client.query("begin")
  await restore(client, sql)
  await personalise(client, owner)
  await markDone(client, release)
  await client.query("commit")
}

const started = performance.now()
setup().then(
  (outcome) => {
    console.log(`${outcome} (${Math.round(performance.now() - started)} ms)`)
    // Medusa, where it was loaded, keeps connections open.
    process.exit(0)
  },
  (error: Error) => {
    console.error(`Setup failed: ${error.message}`)
    process.exit(1)
  },
)
