/**
 * The store's database before Medusa is loaded: is it there, and has setup finished? Plain `pg`, so that looking costs
 * milliseconds.
 */
import { Client } from "@medusajs/framework/pg"
import { waitFor } from "./wait"

const CONNECT_TIMEOUT_MILLISECONDS = 2000

/** One row for each release of this image whose setup has finished on this database. */
const MARKER = "store_platform_setup"

export type SetupState =
  /** No table at all. */
  | "empty"
  /** Setup of this release has finished. */
  | "done"
  /** Set up by another release of this image. */
  | "other-release"
  /** There are tables, but not ours. */
  | "foreign"

export async function connect(databaseUrl: string, deadline: number): Promise<Client> {
  const { host } = new URL(databaseUrl)
  return waitFor(`PostgreSQL at ${host}`, deadline, async () => {
    const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS })
    // Without a listener a connection that breaks while idle would end the process.
    client.on("error", () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
  })
}

export async function inspect(client: Client, release: string): Promise<SetupState> {
  const { rows } = await client.query(
    `select to_regclass('public.${MARKER}') is not null as marker,
            exists (select from pg_tables where schemaname = 'public') as tables`,
  )
  if (!rows[0].marker) return rows[0].tables ? "foreign" : "empty"
  const done = await client.query(`select from public.${MARKER} where release = $1`, [release])
  return done.rowCount ? "done" : "other-release"
}

export async function markDone(client: Client, release: string): Promise<void> {
  await client.query(
    `create table if not exists public.${MARKER} (release text primary key, finished_at timestamptz not null default now())`,
  )
  await client.query(`insert into public.${MARKER} (release) values ($1) on conflict do nothing`, [release])
}

/** Waits until the setup of this release has finished, however often the database restarts meanwhile. */
export async function waitUntilSetUp(databaseUrl: string, release: string, deadline: number): Promise<void> {
  let client = await connect(databaseUrl, deadline)
  try {
    await waitFor("the setup of this store to finish", deadline, async () => {
      try {
        return (await inspect(client, release)) === "done" ? true : undefined
      } catch (error) {
        await client.end().catch(() => {})
        client = await connect(databaseUrl, deadline)
        throw error
      }
    })
  } finally {
    await client.end().catch(() => {})
  }
}
