import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Plugin } from 'vite'

/** The page with these scripts asked for early, but after what the first paint waits for. */
const asksFor = (page: string, files: string[]): string =>
  page.replace('</head>', `${files.map((file) => `<link rel="modulepreload" fetchpriority="low" crossorigin href="/${file}">`).join('')}</head>`)

/** Styles, which the first paint waits for, come before the scripts, which it doesn't. What runs first doesn't wait to ask for the rest. */
export const paintFirst: Plugin = {
  name: 'paint-first',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (html, { bundle }) => {
      const firstView = Object.values(bundle ?? {}).filter((chunk) => chunk.type === 'chunk' && ['first-view', 'rolldown-runtime'].includes(chunk.name))
      const files = firstView.map(({ fileName }) => fileName)
      return asksFor(html.replaceAll('<script type="module" ', '<script type="module" fetchpriority="low" '), files)
    },
  },
}

/** Views whose code isn't part of the first view's, by their route's file; nginx.conf says which address gets which page. */
const views = { 'stores.new': 'stores.new', 'stores.one': 'stores.$id', overview: 'overview' }

/** Writes a page for each of those views that asks for the view's code at once, and not only when the first script has begun. */
export const pages: Plugin = {
  name: 'pages',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const index = bundle['index.html']
      if (index?.type !== 'asset') this.error('there is no index.html')
      const page = String(index.source)
      const chunks = Object.values(bundle).filter((chunk) => chunk.type === 'chunk')
      for (const [name, route] of Object.entries(views)) {
        const view = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/src/routes/${route}.tsx?tsr-split=component`) === true)
        if (view === undefined) this.error(`${route} has no code of its own`)
        const files = [view.fileName, ...view.imports].filter((file) => !page.includes(file))
        this.emitFile({ type: 'asset', fileName: `pages/${name}.html`, source: asksFor(page, files) })
      }
    },
  },
}

/** The content policy allows the page's own line of script by its hash. Fails when that is not the one in nginx.conf. */
export const policy: Plugin = {
  name: 'policy',
  apply: 'build',
  async buildStart() {
    const page = await readFile(new URL('../index.html', import.meta.url), 'utf8')
    const [, line = ''] = /<script>(.*)<\/script>/.exec(page) ?? []
    const hash = `'sha256-${createHash('sha256').update(line).digest('base64')}'`
    if (!(await readFile(new URL('../nginx.conf', import.meta.url), 'utf8')).includes(hash)) this.error(`nginx.conf must allow the script in index.html: ${hash}`)
  },
}
