import { useEffect, useEffectEvent } from 'react'

/** A single key that works wherever one isn't typing and no dialog is open. */
export function useShortcut(key: string, action: () => void): void {
  const run = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target as HTMLElement
    const typing = target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
    if (event.key !== key || typing || event.metaKey || event.ctrlKey || event.altKey || document.querySelector('dialog[open]')) return
    event.preventDefault()
    action()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => run(event)
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}
