import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Writes each text file a second and third time, as small as it gets, for nginx's gzip_static and brotli_static. */
export const compress: Plugin = {
  name: 'compress',
  apply: 'build',
  async writeBundle({ dir = 'dist' }) {
    for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name)
      // Settings may be mounted over the file in the image; a compressed one beside it would be the old one.
      if (!entry.isFile() || entry.name === 'config.json' || !/\.(html|js|css|svg|json)$/.test(entry.name)) continue
      const content = await readFile(file)
      if (content.length < 512) continue
      await writeFile(`${file}.gz`, gzipSync(content, { level: 9 }))
      await writeFile(`${file}.br`, brotliCompressSync(content))
    }
  },
}
