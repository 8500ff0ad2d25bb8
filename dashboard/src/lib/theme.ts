import { Observable } from './observable'
import { read, write } from './storage'

export type Theme = 'system' | 'light' | 'dark'

const stored = read('theme')

export const theme = new Observable<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system')

export function setTheme(next: Theme): void {
  theme.set(next)
  write('theme', next === 'system' ? null : next)
  if (next === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = next
}

export function isDark(): boolean {
  return theme.get() === 'dark' || (theme.get() === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
}
