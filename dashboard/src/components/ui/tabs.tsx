import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'

interface Tab {
  key: string
  label: string
  panel: ReactNode
}

/** One of a few panels at a time. Arrow keys, Home and End choose, as the ARIA practices have it. */
export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const [key, setKey] = useState(tabs[0]?.key)
  const at = Math.max(0, tabs.findIndex((tab) => tab.key === key))

  const move = (event: KeyboardEvent): void => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = (to + tabs.length) % tabs.length
    setKey(tabs[next]?.key)
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus()
  }

  return (
    <div className="rounded-xl border border-line bg-surface shadow-card">
      <div ref={list} role="tablist" aria-label={label} className="flex gap-5 border-b border-line px-5" onKeyDown={move}>
        {tabs.map((tab, index) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`${id}-${tab.key}`}
            aria-selected={index === at}
            aria-controls={index === at ? `${id}-panel` : undefined}
            tabIndex={index === at ? 0 : -1}
            onClick={() => setKey(tab.key)}
            className="relative h-11 px-1 font-medium text-ink-2 transition-colors hover:text-ink focus-visible:-outline-offset-4 aria-selected:text-ink aria-selected:after:absolute aria-selected:after:inset-x-0 aria-selected:after:-bottom-px aria-selected:after:h-0.5 aria-selected:after:rounded-full aria-selected:after:bg-ink"
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div key={tabs[at]?.key} role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tabs[at]?.key ?? ''}`} tabIndex={0} className="px-5 py-2">
        {tabs[at]?.panel}
      </div>
    </div>
  )
}
