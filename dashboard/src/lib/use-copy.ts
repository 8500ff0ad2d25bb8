import { useEffect, useState } from 'react'

/** Copies a text. `copied` stays for two seconds; `refused` until it is taken back, since then a person has to copy by hand. */
export function useCopy(): { state: 'idle' | 'copied' | 'refused'; copy: (text: string) => void; reset: () => void } {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')
  useEffect(() => {
    if (state !== 'copied') return
    const timer = setTimeout(() => setState('idle'), 2000)
    return () => clearTimeout(timer)
  }, [state])
  return {
    state,
    copy: (text) => {
      // Missing on plain HTTP under a name other than localhost.
      const clipboard = navigator.clipboard as Clipboard | undefined
      if (clipboard === undefined) setState('refused')
      else clipboard.writeText(text).then(() => setState('copied'), () => setState('refused'))
    },
    reset: () => setState('idle'),
  }
}
