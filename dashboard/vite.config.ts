import tailwindcss from '@tailwindcss/vite'
import { tanstackRouter } from '@tanstack/router-plugin/vite'
import react from '@vitejs/plugin-react'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Plugin, Rolldown } from 'vite'
import { defineConfig } from 'vitest/config'

const source = (path = ''): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

/** What a module imports, itself or through others; not what is imported on demand. */
function imported(plugin: Rolldown.PluginContext, from: string, except?: RegExp): Set<string> {
  const found = new Set([from])
  for (const id of found) {
    for (const next of plugin.getModuleInfo(id)?.importedIds ?? []) {
      if (except?.test(next) !== true) found.add(next)
    }
  }
  return found
}

// Reached through a package's index only: what begins needs no React, and the first view changes nothing.
const onlyLater = /\/(mutationObserver|queriesObserver)\.js$|\/node_modules\/(react|react-dom|scheduler|use-sync-external-store)\/|\/react-query\/build\/modern\/(?!index|queryOptions)/
const changes = /\/(useMutation|mutationObserver|useQueries|queriesObserver)\.js$/

/**
 * Puts all of the first view into two files: what runs first, and the rest. Cut by who shares what, as is usual, it would be twenty small
 * ones, which compress worse and start later.
 */
const parts = { start: new Set<string>(), 'first-view': new Set<string>() }
const collectParts: Plugin = {
  name: 'collect-parts',
  buildEnd() {
    parts.start = imported(this, source('start.ts'), onlyLater)
    parts['first-view'] = imported(this, source('main.tsx'), changes)
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

/** Styles, which the first paint waits for, come before the scripts, which it doesn't. What runs first doesn't wait to ask for the rest. */
const paintFirst: Plugin = {
  name: 'paint-first',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (html, { bundle }) => ({
      html: html.replaceAll('<script type="module" ', '<script type="module" fetchpriority="low" '),
      tags: Object.values(bundle ?? {})
        .filter((chunk) => chunk.type === 'chunk' && ['first-view', 'rolldown-runtime'].includes(chunk.name))
        .map(({ fileName }) => ({ tag: 'link', attrs: { rel: 'modulepreload', fetchpriority: 'low', crossorigin: true, href: `/${fileName}` }, injectTo: 'head' })),
    }),
  },
}

export default defineConfig({
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, quoteStyle: 'single' }),
    react(),
    tailwindcss(),
    collectParts,
    paintFirst,
    compress,
  ],
  resolve: {
    alias: {
      '@': source(),
      // The router asks for the one for React 17; React has had the real one ever since.
      'use-sync-external-store/shim': 'use-sync-external-store',
    },
  },
  build: {
    // light-dark() carries both themes in one set of tokens; older browsers don't know it.
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // The strict content policy allows no data: URLs for scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'start', test: (id) => parts.start.has(id) },
            { name: 'first-view', test: (id) => parts['first-view'].has(id) },
            { name: 'shared', minShareCount: 2 },
          ],
        },
      },
    },
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
