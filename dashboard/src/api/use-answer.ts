import { useState } from 'react'

interface Question<Data> {
  data: Data | undefined
  error: Error | null
  isPlaceholderData?: boolean
}

/**
 * What to show of a question: its error stays until there is an answer. While one is asked again that never had an answer, TanStack Query
 * forgets the error; the view would go back to its skeleton, or to what it showed before, for a moment every few seconds, and a screen
 * reader would read the same alert each time.
 */
export function useAnswer<Data>({ data, error, isPlaceholderData }: Question<Data>): { data: Data | undefined; error: Error | null } {
  const own = isPlaceholderData === true ? undefined : data
  const [last, setLast] = useState(error)
  const standing = error ?? (own === undefined ? last : null)
  if (standing !== last) setLast(standing)
  return { data: standing === null ? data : own, error: standing }
}
