import type { ReactNode } from 'react'

/** What a view shows when it has nothing to show; `page` where it is all there is, and so the page's own heading. */
export function Empty({ art, title, page = false, children, action }: { art?: ReactNode; title: string; page?: boolean; children?: ReactNode; action?: ReactNode }) {
  const Heading = page ? 'h1' : 'h2'
  return (
    <div className="flex flex-col items-center px-6 py-16 text-center sm:py-20">
      {art != null && (
        <div aria-hidden className="mb-5 text-ink-3">
          {art}
        </div>
      )}
      <Heading className="text-xl font-semibold tracking-tight">{title}</Heading>
      {children != null && <div className="mt-1.5 max-w-md text-ink-2">{children}</div>}
      {action != null && <div className="mt-6 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}
