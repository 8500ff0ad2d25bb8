import type { ReactNode } from 'react'
import chevronLeftIcon from 'lucide/dist/esm/icons/chevron-left.mjs'
import chevronRightIcon from 'lucide/dist/esm/icons/chevron-right.mjs'
import { Icon } from '@/components/icon'
import { pagerText } from '@/lib/text/pager'
import { buttonStyle } from './ui/button'

// A cursor leads only forward. The way back is remembered for as long as the page is open; after a reload it is the first page.
const cameFrom = new Map<string, string | undefined>()

interface PagerProps {
  /** Where this page starts; undefined for the first one. */
  cursor: string | undefined
  next: string | null | undefined
  /** The link to the page at a cursor. */
  link: (to: { cursor: string | undefined; className: string; children: ReactNode; onClick?: () => void }) => ReactNode
}

export function Pager({ cursor, next, link }: PagerProps) {
  if (cursor === undefined && next == null) return null
  const known = cursor !== undefined && cameFrom.has(cursor)
  const className = buttonStyle({ size: 'sm' })
  const back = (
    <>
      <Icon of={chevronLeftIcon} /> {known ? pagerText.newer : pagerText.first}
    </>
  )
  const onward = (
    <>
      {pagerText.older} <Icon of={chevronRightIcon} />
    </>
  )
  return (
    <nav aria-label={pagerText.label} className="mt-4 flex justify-end gap-2">
      {cursor !== undefined && link({ cursor: known ? cameFrom.get(cursor) : undefined, className, children: back })}
      {next != null && link({ cursor: next, className, children: onward, onClick: () => cameFrom.set(next, cursor) })}
    </nav>
  )
}
