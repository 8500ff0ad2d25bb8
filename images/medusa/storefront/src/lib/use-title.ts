import { useEffect } from "react"
import { bootstrap } from "./bootstrap"

/** Names the page in the tab and for screen readers. */
export function useTitle(title?: string): void {
  useEffect(() => {
    document.title = title ? `${title} – ${bootstrap.storeName}` : bootstrap.storeName
  }, [title])
}
