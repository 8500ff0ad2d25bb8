/** Fails when src/api/generated is not what orval makes of backend/openapi.json now. */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'

const file = new URL('../src/api/generated/client.ts', import.meta.url)
const before = await readFile(file, 'utf8')
execFileSync('orval', { stdio: ['ignore', 'ignore', 'inherit'] })
if ((await readFile(file, 'utf8')) !== before) {
  console.error('src/api/generated was out of date; it is written anew now. Look at the difference and commit it.')
  process.exit(1)
}
