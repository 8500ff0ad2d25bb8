import { useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { ahead } from '@/lib/ahead'

/** Whether a click is for this window: with a key, or another button, the browser opens it elsewhere. */
const isPlain = (event: MouseEvent): boolean => event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)

/**
 * A link to a store's page. A list has one in each row, and the router's own works out its address anew whenever the page's changes: for
 * all of them at each key of a search.
 */
export function StorePageLink({ id, ...props }: { id: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const router = useRouter()
  const page = { to: '/stores/$id', params: { id } } as const
  return (
    <a
      href={`/stores/${id}`}
      // What is opened is asked for while the button or the finger is still down.
      onPointerDown={() => ahead(router.preloadRoute(page))}
      onClick={(event) => {
        if (!isPlain(event)) return
        event.preventDefault()
        void router.navigate(page)
      }}
      {...props}
    />
  )
}
