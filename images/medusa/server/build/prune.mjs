/**
 * Takes out of a production node_modules what a serving store never loads. `node prune.mjs <folder>`, where the folder
 * holds package-lock.json and node_modules.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"

/** Packages that nothing loads which serves or sets up a store. What only they need goes with them. */
const UNUSED = new Set([
  // Needed to build the admin, which is built.
  "@medusajs/admin-bundler",
  "@medusajs/admin-sdk",
  "@medusajs/dashboard",
  "@medusajs/icons",
  "@medusajs/ui",
  "react",
  "react-dom",
  "react-router-dom",
  "vite",
  // Compilers of code that is compiled.
  "@swc/core",
  "typescript",
  "ts-node",
  // Providers that medusa-config.ts doesn't name.
  "@aws-sdk/client-dynamodb",
  "connect-dynamodb",
  "@medusajs/file-s3",
  "@medusajs/notification-sendgrid",
  "@medusajs/payment-stripe",
  "@medusajs/analytics-posthog",
  "posthog-node",
  // Tracing, for which there would have to be an instrumentation.ts.
  "@opentelemetry/sdk-node",
  "@opentelemetry/sdk-trace-node",
  "@opentelemetry/instrumentation-pg",
  // The ORM's command line, and letters made of characters for it.
  "@mikro-orm/cli",
  "@jercle/yargonaut",
])

/** Of this plugin only the server's half is loaded; every dependency it has is for the half inside the admin. */
const ADMIN_ONLY_DEPENDENCIES = "node_modules/@medusajs/draft-order"

const FILES_FOR_PEOPLE = /\.(map|md|markdown|flow|tsbuildinfo|[cm]?tsx?)$/i
const FOLDERS_FOR_PEOPLE = new Set(["__tests__", "__fixtures__", "__mocks__", ".github", "docs"])

const root = process.argv[2]
if (!root || !existsSync(join(root, "node_modules"))) {
  console.error("usage: node prune.mjs <folder with package-lock.json and node_modules>")
  process.exit(2)
}
const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"))
const modules = join(root, "node_modules")
const before = megabytes(modules)

const used = reachable()
for (const path of Object.keys(packages)) {
  if (path && !used.has(path)) removePackage(join(root, path))
}
removeForPeople(modules)
console.log(`node_modules: ${before} MB before, ${megabytes(modules)} MB after`)

/** Every package that the application needs, by its place in the lock file. */
function reachable() {
  const found = new Set([""])
  const todo = [""]
  for (let from = todo.pop(); from !== undefined; from = todo.pop()) {
    if (from === ADMIN_ONLY_DEPENDENCIES) continue
    const { dependencies, optionalDependencies, peerDependencies } = packages[from]
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const path = placeOf(name, from)
      if (!path || found.has(path) || UNUSED.has(name)) continue
      found.add(path)
      todo.push(path)
    }
  }
  return found
}

/** Where Node finds the package `name` for the package at `from`: in its own node_modules or in one further up. */
function placeOf(name, from) {
  const folders = from ? from.split("/node_modules/") : []
  for (let depth = folders.length; depth >= 0; depth--) {
    const place = depth > 0 ? [...folders.slice(0, depth), name].join("/node_modules/") : `node_modules/${name}`
    if (packages[place]) return place
  }
  return undefined
}

/** A package, but not those in its own node_modules that are still needed. */
function removePackage(folder) {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    if (name !== "node_modules") rmSync(join(folder, name), { recursive: true })
  }
}

/** Files for people and tools, and folders that nothing is left in. */
function removeForPeople(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (FOLDERS_FOR_PEOPLE.has(entry.name)) rmSync(path, { recursive: true })
      else removeForPeople(path)
    } else if (FILES_FOR_PEOPLE.test(entry.name)) {
      rmSync(path)
    }
  }
  if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true })
}

function megabytes(folder) {
  const sizes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1e6)
}
