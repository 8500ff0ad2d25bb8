import type { ReactNode } from 'react'

/** What a view shows when it has nothing to show. */
export function Empty({ art, title, children, action }: { art?: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center px-6 py-16 text-center sm:py-20">
      {art != null && (
        <div aria-hidden className="mb-5 text-ink-3">
          {art}
        </div>
      )}
      <h2 className="text-xl font-semibold tracking-tight">{title}</h2>
      {children != null && <div className="mt-1.5 max-w-md text-ink-2">{children}</div>}
      {action != null && <div className="mt-6 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}
