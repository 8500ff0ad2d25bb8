/** Fails when opening the list of stores needs more JavaScript than the budget, counted as gzip sends it. Reads `dist/`. */
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

const budget = 120_000
const dist = new URL('../dist/', import.meta.url)
const page = await readFile(new URL('index.html', dist), 'utf8')
const files = new Set([...page.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].flatMap((match) => match[1] ?? []))
if (files.size === 0) throw new Error('dist/index.html loads no script; has it been built?')
// The list of stores belongs to the first view; were it cut off again, the sum here would say too little.
if (!(await readFile(new URL('../src/routes/stores.index.tsx', import.meta.url), 'utf8')).includes('codeSplitGroupings: []')) {
  throw new Error('src/routes/stores.index.tsx is split off; count its chunk here, too')
}

let total = 0
for (const file of files) {
  const size = gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length
  total += size
  console.log(`${(size / 1000).toFixed(1).padStart(7)} kB  ${file}`)
}
console.log(`${(total / 1000).toFixed(1).padStart(7)} kB  of ${budget / 1000} kB (gzip) for the first view`)
if (total > budget) {
  console.error('The first view needs too much JavaScript. Load what it can do without on demand.')
  process.exit(1)
}
