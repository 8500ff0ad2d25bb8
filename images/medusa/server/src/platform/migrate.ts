import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { migrate as migrateSchema } from "@medusajs/medusa/commands/db/migrate"
import { runMigrationScripts } from "@medusajs/medusa/commands/db/run-scripts"
import { initializeContainer } from "@medusajs/medusa/loaders/index"

/** Brings the schema, the links and the data migrations of a database up to this release. */
export async function migrate(directory: string): Promise<void> {
  // As Medusa's own `db:migrate` does it: no background worker may touch a half-migrated database.
  process.env.MEDUSA_WORKER_MODE = "server"
  const container = await initializeContainer(directory)
  const logger = container.resolve(ContainerRegistrationKeys.LOGGER)
  await migrateSchema({
    directory,
    container,
    logger,
    skipLinks: false,
    // Medusa would run them in a second process, and not notice when it fails.
    skipScripts: true,
    executeAllLinks: false,
    executeSafeLinks: true,
  })
  await runMigrationScripts({ directory, container, logger })
}
