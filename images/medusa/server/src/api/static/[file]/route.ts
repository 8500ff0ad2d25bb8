import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { readSettings } from "../../../platform/settings"

const { privateUploads } = readSettings(process.env)

/**
 * What Medusa keeps private, such as exported orders. Its file provider links to these files like to any other, so
 * middlewares.ts asks for a login; the public ones never get here, as src/platform/front.ts serves them.
 */
export function GET(request: MedusaRequest, response: MedusaResponse): void {
  response.set("Cache-Control", "private, no-store")
  const name = request.params.file
  response.download(name, name, { root: privateUploads }, (error) => {
    if (error && !response.headersSent) response.sendStatus(404)
  })
}
