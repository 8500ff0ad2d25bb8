import { useState } from 'react'
import { storeText } from '@/lib/text/store'
import { cn } from '@/lib/cn'

/**
 * The shop itself, small: the live page in a frame, drawn at 40 % of its size. It costs no image service and is never out of date.
 * The frame has the shop's own origin, so its scripts can reach nothing of the dashboard; it takes neither clicks nor focus.
 */
export function Preview({ name, url }: { name: string; url: string }) {
  const [loaded, setLoaded] = useState(false)
  return (
    <a href={url} target="_blank" rel="noreferrer" className="block overflow-hidden rounded-xl border border-line bg-surface shadow-card transition-shadow hover:shadow-lift">
      <span className="sr-only">{storeText.preview(name)}</span>
      <span aria-hidden className="flex h-9 items-center gap-3 border-b border-line bg-sunken/60 px-3.5">
        <span className="flex gap-1.5">
          {[1, 2, 3].map((dot) => (
            <span key={dot} className="size-2.5 rounded-full bg-line-strong/70" />
          ))}
        </span>
        <span className="min-w-0 flex-1 truncate rounded-md bg-surface px-2.5 py-0.5 text-center font-mono text-xs text-ink-3">{url.replace(/^https?:\/\//, '')}</span>
      </span>
      <span aria-hidden inert className="relative block aspect-[16/8] overflow-hidden bg-white">
        <iframe
          src={url}
          title={storeText.preview(name)}
          loading="lazy"
          tabIndex={-1}
          sandbox="allow-scripts allow-same-origin"
          referrerPolicy="no-referrer"
          onLoad={() => setLoaded(true)}
          className={cn('absolute inset-0 h-[250%] w-[250%] origin-top-left scale-40 border-0 transition-opacity duration-500', loaded ? 'opacity-100' : 'opacity-0')}
        />
      </span>
    </a>
  )
}
