import { useEffect, useRef, useState } from 'react'

// A key is asked for at once. Of those that come faster than this only the last is, so that a fast word is no burst of requests.
const paceMs = 60

/**
 * The text of a field whose value lives in the address, which follows a little after each key: were the field to show the address's,
 * fast keys would be lost.
 */
export function useTyped(value: string, send: (value: string) => void): [string, (typed: string) => void] {
  const [typed, setTyped] = useState(value)
  const [sent, setSent] = useState(value)
  const [known, setKnown] = useState(value)
  const next = useRef(0)

  // The address changed, and not to what was sent from here: back, forward, or "clear".
  if (value !== known) {
    setKnown(value)
    if (value !== sent) {
      setSent(value)
      setTyped(value)
    }
  }

  useEffect(() => {
    if (typed === sent) return
    const timer = setTimeout(() => {
      next.current = performance.now() + paceMs
      setSent(typed)
      send(typed)
    }, next.current - performance.now())
    return () => clearTimeout(timer)
  }, [typed, sent, send])

  return [typed, setTyped]
}
