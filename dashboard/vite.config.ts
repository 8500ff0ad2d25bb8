import tailwindcss from '@tailwindcss/vite'
import { tanstackRouter } from '@tanstack/router-plugin/vite'
import react from '@vitejs/plugin-react'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** What the entry imports, itself or through others; not what is imported on demand. */
const firstView = new Set<string>()

/**
 * Puts all of the first view into one file. Cut by who shares what, as is usual, it would be twenty small ones, which compress worse
 * and start later.
 */
// Reached through the package's index only; the first view changes nothing.
const laterAnyway = /\/(useMutation|mutationObserver)\.js$/

const collectFirstView: Plugin = {
  name: 'first-view',
  buildEnd() {
    const queue = [...this.getModuleIds()].filter((id) => this.getModuleInfo(id)?.isEntry)
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      for (const imported of this.getModuleInfo(id)?.importedIds ?? []) {
        if (firstView.has(imported)) continue
        firstView.add(imported)
        queue.push(imported)
      }
    }
  },
}

/** Writes each text file a second and third time, as small as it gets, for nginx's gzip_static and brotli_static. */
const compress: Plugin = {
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

/** Styles, which the first paint waits for, come before the scripts, which it doesn't. */
const paintFirst: Plugin = {
  name: 'paint-first',
  apply: 'build',
  transformIndexHtml: { order: 'post', handler: (html) => html.replaceAll('<script type="module" ', '<script type="module" fetchpriority="low" ') },
}

export default defineConfig({
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, quoteStyle: 'single' }),
    react(),
    tailwindcss(),
    collectFirstView,
    paintFirst,
    compress,
  ],
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('./src', import.meta.url)),
      // The router asks for the one for React 17; React has had the real one ever since.
      'use-sync-external-store/shim': 'use-sync-external-store',
    },
  },
  build: {
    // light-dark() carries both themes in one set of tokens; older browsers don't know it.
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // The strict content policy allows no data: URLs for scripts or fonts.
    assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first-view', test: (id) => firstView.has(id) && !laterAnyway.test(id) }] } } },
  },
  server: { port: 5173, strictPort: true },
  preview: { port: 4173, strictPort: true },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
    restoreMocks: true,
  },
})
