import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { overviewText } from '@/lib/text/overview'
import type { Bar as HistogramBar } from './histogram'

const text = overviewText.provisioning
const axis = { fontSize: 12, fill: 'var(--color-ink-3)' }

/** Loaded on its own, after the numbers are on the screen. */
export default function ProvisioningChart({ bars }: { bars: HistogramBar[] }) {
  return (
    <div role="img" aria-label={`${text.chart}: ${bars.map((bar) => `${bar.range}: ${text.stores(bar.count)}`).join('; ')}`} className="h-44">
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={bars} margin={{ top: 8, right: 0, bottom: 0, left: -22 }} barCategoryGap="18%" accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--color-line)" />
          <XAxis dataKey="label" tickLine={false} axisLine={{ stroke: 'var(--color-line-strong)' }} tick={axis} interval="preserveStartEnd" />
          <YAxis allowDecimals={false} tickLine={false} axisLine={false} tick={axis} />
          <Tooltip
            cursor={{ fill: 'var(--color-sunken)' }}
            content={({ payload }) => {
              const bar = payload[0]?.payload as HistogramBar | undefined
              return bar === undefined ? null : (
                <div className="rounded-lg border border-line bg-raised px-3 py-1.5 text-sm shadow-float">
                  <span className="text-ink-2">{bar.range}</span> <span className="font-medium">{text.stores(bar.count)}</span>
                </div>
              )
            }}
          />
          <Bar dataKey="count" fill="var(--color-accent)" radius={[4, 4, 0, 0]} maxBarSize={44} isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </div>
  )
}
