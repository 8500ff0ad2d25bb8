import { read, write } from '@/lib/storage'
import { signedOut, userId } from './session'

export function recentUsers(): string[] {
  return (read('recent-users') ?? '').split('\n').filter((name) => name !== '')
}

export function signInAs(name: string): void {
  write('user', name)
  write('recent-users', [name, ...recentUsers().filter((other) => other !== name)].slice(0, 5).join('\n'))
  userId.set(name)
  signedOut.set(null)
}
