import { execFileSync, spawn } from 'node:child_process'
import { chmod, cp, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { root } from './harness.ts'

export interface Nginx {
  /** All that it has written so far. */
  log: () => Promise<string>
  stop: () => Promise<void>
}

/** Why nginx can't be started here; false if it can. */
export function missingNginx(): string | false {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' })
    return false
  } catch {
    return 'needs Debian’s nginx-light and libnginx-mod-http-brotli-static'
  }
}

/** The image's web server with the image's settings, as the image's user where we may choose, over the files that were built. */
export async function startNginx(port: number, files: Record<string, string> = {}): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'dashboard-nginx-'))
  await chmod(folder, 0o777)
  const site = join(folder, 'site')
  await cp(join(root, 'dist'), site, { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(site, name), content)
  const settings = (await readFile(join(root, 'nginx.conf'), 'utf8'))
    .replaceAll('/tmp/', `${folder}/`)
    .replace('/srv/dashboard', site)
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
    .replace(/listen \[::\].*\n/, '')
  await writeFile(join(folder, 'nginx.conf'), settings)
  // Opened anew by nginx through /dev/stdout, so it has to be its own.
  const written = await open(join(folder, 'log'), 'w', 0o666)
  await written.chmod(0o666)
  const user = process.getuid?.() === 0 ? { uid: 101, gid: 101 } : {}
  const nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf')], { ...user, stdio: ['ignore', written.fd, written.fd] })
  const ended = new Promise((resolve) => nginx.once('exit', resolve))
  await written.close()

  const log = (): Promise<string> => readFile(join(folder, 'log'), 'utf8')
  while (!(await listens(port))) {
    if (nginx.exitCode !== null) throw new Error(await log())
    await pause(20)
  }
  return {
    log,
    stop: async () => {
      nginx.kill('SIGQUIT')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
