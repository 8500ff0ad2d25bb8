import tailwindcss from '@tailwindcss/vite'
import { tanstackRouter } from '@tanstack/router-plugin/vite'
import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { compress } from './build/compress.ts'
import { collectParts, parts } from './build/first-view.ts'
import { pages, paintFirst, policy } from './build/pages.ts'

export default defineConfig({
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, quoteStyle: 'single' }),
    react(),
    tailwindcss(),
    policy,
    collectParts,
    paintFirst,
    pages,
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
