import { useState } from 'react'
import { formatDuration } from '@/lib/format-duration'
import { overviewText } from '@/lib/text/overview'

const text = overviewText.provisioning

export interface ReadyTime {
  id: string
  name: string
  seconds: number
}

const lines = 3
/** What may be between two lines, in seconds: what people count time in. */
const steps = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40, 60, 120, 180, 300, 600, 1200, 1800]
const hour = 3600

/** The smallest round distance at which so many lines reach above the longest time. */
export const stepFor = (longest: number): number => steps.find((step) => step * lines >= longest) ?? Math.ceil(longest / lines / hour) * hour

const axis = (seconds: number): string => (seconds < 120 ? `${seconds} s` : `${seconds / 60} min`)
const percent = (share: number): string => `${share * 100}%`

/** One column a store. */
export function ProvisioningChart({ times }: { times: ReadyTime[] }) {
  const [pointed, setPointed] = useState<number | null>(null)
  const words = (time: ReadyTime): string => text.bar(time.name, formatDuration(time.seconds * 1000))
  const step = stepFor(Math.max(...times.map(({ seconds }) => seconds)))
  const shown = pointed === null ? undefined : times[pointed]
  // At the left edge it begins there, at the right edge it ends there.
  const place = (pointed ?? 0) / Math.max(1, times.length - 1)
  return (
    <figure>
      <div role="img" aria-label={`${text.chart(times.length)}: ${times.map(words).join('; ')}`} className="relative h-44 py-2 pl-14">
        <div className="relative h-full">
          {Array.from({ length: lines + 1 }, (_, line) => (
            <div key={line} className="absolute inset-x-0 border-t border-line" style={{ bottom: percent(line / lines) }}>
              <span className="absolute right-full mr-2 -translate-y-1/2 text-xs whitespace-nowrap text-ink-3">{axis(line * step)}</span>
            </div>
          ))}
          <div className="absolute inset-0 flex justify-around" onPointerLeave={() => setPointed(null)}>
            {times.map((time, index) => (
              <div key={time.id} className="flex min-w-0 flex-1 items-end justify-center hover:bg-sunken" onPointerEnter={() => setPointed(index)}>
                <div className="w-4/5 max-w-9 rounded-t-[0.1875rem] bg-accent" style={{ height: percent(time.seconds / (step * lines)) }} />
              </div>
            ))}
          </div>
          {shown !== undefined && (
            <div className="pointer-events-none absolute top-0 rounded-lg border border-line bg-raised px-3 py-1.5 text-sm font-medium shadow-float" style={{ left: percent(place), transform: `translateX(-${percent(place)})` }}>
              {words(shown)}
            </div>
          )}
        </div>
      </div>
      <figcaption className="mt-1 text-sm text-ink-3">{text.chart(times.length)}</figcaption>
    </figure>
  )
}
