import { useState } from 'react'
import type { Store } from '@/api/types'
import { statusText, stepText } from '@/lib/text/stores'
import { storeText } from '@/lib/text/store'

/** What a screen reader hears when something changes: the status, or each step that has moved on, as several may at once. */
function news(before: Store, after: Store): string | null {
  if (before.status !== after.status) return storeText.announce(after.name, statusText[after.status])
  const moved = after.timeline?.filter((one) => one.state !== before.timeline?.find((other) => other.name === one.name)?.state && one.state !== 'Pending') ?? []
  return moved.length === 0 ? null : moved.map((step) => storeText.announceStep(stepText(step.name), storeText.stepStates[step.state])).join('. ')
}

export function Announcer({ store }: { store: Store }) {
  const [seen, setSeen] = useState(store)
  const [words, setWords] = useState('')
  if (seen !== store) {
    setSeen(store)
    const said = news(seen, store)
    if (said !== null) setWords(said)
  }
  return (
    <p role="status" className="sr-only">
      {words}
    </p>
  )
}
