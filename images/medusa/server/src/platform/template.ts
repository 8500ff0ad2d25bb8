/**
 * The database template: a migrated, seeded database as SQL, made when the image is built. Restoring it takes a
 * fraction of what migrating and seeding take. Everything in it that has to differ from store to store, and
 * everything secret, is replaced by `personalise` in the same transaction.
 */
import { randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Client } from "@medusajs/framework/pg"
import { kdf } from "scrypt-kdf"

export interface Template {
  /** Identifies the server code the template was made by: its setup has to run once on every database. */
  release: string
  sql: string
}

export interface Owner {
  storeName: string
  adminEmail: string
  adminPassword: string
}

/** The cost that Medusa's emailpass provider hashes with. */
const PASSWORD_COST = { logN: 15, r: 8, p: 1 }

const templatePath = (directory: string, file: string) => join(directory, "template", file)

export const readRelease = async (directory: string): Promise<string> =>
  (await readFile(templatePath(directory, "release"), "utf8")).trim()

export const readSql = (directory: string): Promise<string> => readFile(templatePath(directory, "database.sql"), "utf8")

export async function restore(client: Client, sql: string): Promise<void> {
  await client.query(sql)
  // The dump leaves the search path empty.
  await client.query("reset all")
}

/** Makes the restored template the owner's own store. */
export async function personalise(client: Client, owner: Owner): Promise<void> {
  const password = (await kdf(owner.adminPassword, PASSWORD_COST)).toString("base64")
  const key = `pk_${randomBytes(32).toString("hex")}`

  await updateOne(client, `update store set name = $1, created_at = now(), updated_at = now()`, [owner.storeName])
  await updateOne(client, `update api_key set token = $1, redacted = $2, created_at = now(), updated_at = now()`, [
    key,
    `${key.slice(0, 6)}***${key.slice(-3)}`,
  ])
  await updateOne(client, `update "user" set email = $1, created_at = now(), updated_at = now()`, [owner.adminEmail])
  await updateOne(
    client,
    `update provider_identity set entity_id = $1, provider_metadata = jsonb_build_object('password', $2::text), created_at = now(), updated_at = now()`,
    [owner.adminEmail, password],
  )
}

/** The template holds exactly one of each; anything else would leave a value of the template behind in the store. */
async function updateOne(client: Client, statement: string, values: string[]): Promise<void> {
  const { rowCount } = await client.query(statement, values)
  if (rowCount !== 1) throw new Error(`The database template is unusable: "${statement}" changed ${rowCount} rows, not 1.`)
}
