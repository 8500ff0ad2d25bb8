/** Puts a .br and a .gz beside each file of a folder that gets smaller by it: they are made once here, and not for each customer. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"

const TEXT = /\.(html|js|css|svg|json|txt|xml|webmanifest)$/
/** Below this a response fits one packet anyway. */
const WORTH_IT_BYTES = 1400

const folder = process.argv[2]
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (!entry.isFile() || !TEXT.test(entry.name)) continue
  const content = readFileSync(path)
  if (content.length < WORTH_IT_BYTES) continue
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }))
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
}
