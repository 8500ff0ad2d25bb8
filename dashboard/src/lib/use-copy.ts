import { useEffect, useState } from 'react'

/** Copies a text; `copied` stays true for two seconds. Where the clipboard is refused, nothing is claimed. */
export function useCopy(): { copied: boolean; copy: (text: string) => void } {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  return {
    copied,
    copy: (text) => {
      // Missing on plain HTTP under a name other than localhost.
      const clipboard = navigator.clipboard as Clipboard | undefined
      clipboard?.writeText(text).then(
        () => setCopied(true),
        () => setCopied(false),
      )
    },
  }
}
