/**
 * Makes the database template (see src/platform/template.ts). Run by the image build against an empty, throw-away
 * PostgreSQL: `node src/template/build.js`, with pg_dump on PATH.
 */
import { execFileSync } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Modules } from "@medusajs/framework/utils"
import { createUsersWorkflow } from "@medusajs/medusa/core-flows"
import loadMedusa from "@medusajs/medusa/loaders/index"
import { MedusaModule } from "@medusajs/framework/modules-sdk"
import express from "express"
import { migrate } from "../platform/migrate"
import { seed } from "./seed"

async function build(): Promise<void> {
  const directory = process.cwd()
  await migrate(directory)
  // The modules that ran the migrations have closed their connections.
  MedusaModule.clearInstances()
  const { container } = await loadMedusa({ directory, expressApp: express(), skipLoadingEntryPoints: true })
  await seed(container)
  await createAdmin(container)

  mkdirSync("template", { recursive: true })
  writeFileSync("template/database.sql", dump(process.env.DATABASE_URL!))
  writeFileSync("template/release", `${releaseOf(directory)}\n`)
}

/** A placeholder that setup gives the owner's email and password. Its own password is thrown away here. */
async function createAdmin(container: Awaited<ReturnType<typeof loadMedusa>>["container"]): Promise<void> {
  const email = "owner@store.invalid"
  const {
    result: [user],
  } = await createUsersWorkflow(container).run({ input: { users: [{ email }] } })
  const auth = container.resolve(Modules.AUTH)
  const { success, authIdentity, error } = await auth.register("emailpass", {
    body: { email, password: randomBytes(32).toString("hex") },
  })
  if (!success || !authIdentity) throw new Error(`Can't register the admin: ${error}`)
  await auth.updateAuthIdentities({ id: authIdentity.id, app_metadata: { user_id: user.id } })
}

function dump(databaseUrl: string): string {
  const sql = execFileSync(
    "pg_dump",
    ["--no-owner", "--no-privileges", "--no-comments", "--inserts", "--rows-per-insert=1000", databaseUrl],
    { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 },
  )
  // These are commands of psql; the server doesn't know them.
  return sql.replace(/^\\(un)?restrict .*$/gm, "")
}

/** Any change of the dependencies or of the compiled code is a new release, so that no forgotten version skips a migration. */
function releaseOf(directory: string): string {
  const hash = createHash("sha256").update(readFileSync(join(directory, "package-lock.json")))
  const files = readdirSync(join(directory, "src"), { recursive: true, encoding: "utf8" })
  for (const file of files.filter((name) => name.endsWith(".js")).sort()) {
    hash.update(file).update(readFileSync(join(directory, "src", file)))
  }
  const { version } = JSON.parse(readFileSync(require.resolve("@medusajs/medusa/package.json"), "utf8"))
  return `medusa-${version}-${hash.digest("hex").slice(0, 12)}`
}

build().then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
