import { Link } from "wouter"
import { Notice } from "../components/notice"
import { useTitle } from "../lib/use-title"

export function NotFoundPage({ what = "This page" }: { what?: string }) {
  useTitle("Not found")
  return (
    <Notice title={`${what} isn't here`}>
      <p>It may have moved, or the address has a slip in it.</p>
      <Link className="button" href="/">
        See all products
      </Link>
    </Notice>
  )
}
