import { fileURLToPath } from 'node:url'
import type { Plugin, Rolldown } from 'vite'

const source = (path: string): string => fileURLToPath(new URL(`../src/${path}`, import.meta.url))

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
export const parts = { start: new Set<string>(), 'first-view': new Set<string>() }
export const collectParts: Plugin = {
  name: 'collect-parts',
  buildEnd() {
    parts.start = imported(this, source('start.ts'), onlyLater)
    parts['first-view'] = imported(this, source('main.tsx'), changes)
  },
}
