import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { formatDuration } from '@/lib/format'
import { overviewText } from '@/lib/text/overview'

const text = overviewText.provisioning
const axis = { fontSize: 12, fill: 'var(--color-ink-3)' }

export interface ReadyTime {
  id: string
  name: string
  seconds: number
}

/** One column a store. Loaded on its own, after the numbers are on the screen. */
export default function ProvisioningChart({ times }: { times: ReadyTime[] }) {
  const words = (time: ReadyTime): string => text.bar(time.name, formatDuration(time.seconds * 1000))
  return (
    <figure>
      <div role="img" aria-label={`${text.chart(times.length)}: ${times.map(words).join('; ')}`} className="h-44">
        <ResponsiveContainer width="100%" height="100%">
          <BarChart data={times} margin={{ top: 8, right: 0, bottom: 0, left: 0 }} barCategoryGap="22%" accessibilityLayer={false}>
            <CartesianGrid vertical={false} stroke="var(--color-line)" />
            <XAxis dataKey="id" hide />
            <YAxis tickLine={false} axisLine={false} tick={axis} tickFormatter={(seconds: number) => (seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`)} tickCount={4} width={56} />
            <Tooltip
              cursor={{ fill: 'var(--color-sunken)' }}
              content={({ payload }) => {
                const time = payload[0]?.payload as ReadyTime | undefined
                return time === undefined ? null : (
                  <div className="rounded-lg border border-line bg-raised px-3 py-1.5 text-sm font-medium shadow-float">{words(time)}</div>
                )
              }}
            />
            <Bar dataKey="seconds" fill="var(--color-accent)" radius={[3, 3, 0, 0]} maxBarSize={36} isAnimationActive={false} />
          </BarChart>
        </ResponsiveContainer>
      </div>
      <figcaption className="mt-1 text-sm text-ink-3">{text.chart(times.length)}</figcaption>
    </figure>
  )
}
