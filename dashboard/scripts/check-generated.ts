/** Fails when src/api/generated is not what orval makes of backend/openapi.json now. */
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'

const file = new URL('../src/api/generated/client.ts', import.meta.url)
const before = await readFile(file, 'utf8')
try {
  execFileSync('orval', { stdio: ['ignore', 'inherit', 'inherit'] })
} catch (error) {
  // orval empties its folder before it looks at what it was given.
  await mkdir(new URL('.', file), { recursive: true })
  await writeFile(file, before)
  throw error
}
if ((await readFile(file, 'utf8')) !== before) {
  console.error('src/api/generated was out of date; it is written anew now. Look at the difference and commit it.')
  process.exit(1)
}
