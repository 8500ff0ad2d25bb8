import { Link } from '@tanstack/react-router'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { buttonStyle } from '@/components/ui/button'
import { storesText } from '@/lib/text/stores'
import type { StoreSearch } from './search'

// A cursor leads only forward. The way back is remembered for as long as the page is open; after a reload it is the first page.
const cameFrom = new Map<string, string | undefined>()

export function Pager({ search, next }: { search: StoreSearch; next: string | null | undefined }) {
  const { cursor } = search
  if (cursor === undefined && next == null) return null
  const known = cursor !== undefined && cameFrom.has(cursor)
  const style = buttonStyle({ size: 'sm' })
  return (
    <nav aria-label={storesText.pages} className="mt-4 flex justify-end gap-2">
      {cursor !== undefined && (
        <Link to="/stores" search={{ ...search, cursor: known ? cameFrom.get(cursor) : undefined }} className={style}>
          <ChevronLeft /> {known ? storesText.newer : storesText.firstPage}
        </Link>
      )}
      {next != null && (
        <Link to="/stores" search={{ ...search, cursor: next }} onClick={() => cameFrom.set(next, cursor)} preload="viewport" className={style}>
          {storesText.older} <ChevronRight />
        </Link>
      )}
    </nav>
  )
}
