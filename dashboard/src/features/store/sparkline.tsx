/** Values over time as a small area, scaled to their own peak. It only helps the eye; the words beside it say the same. */
export function Sparkline({ values }: { values: number[] }) {
  const top = Math.max(...values, Number.MIN_VALUE) * 1.15
  const step = values.length > 1 ? 100 / (values.length - 1) : 0
  const line = values.map((value, index) => `${(index * step).toFixed(2)},${(30 - (value / top) * 30).toFixed(2)}`).join(' ')
  return (
    <svg viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden className="h-9 w-full overflow-visible">
      {values.length > 1 && (
        <>
          <polygon points={`0,30 ${line} 100,30`} className="fill-accent/12" />
          <polyline points={line} fill="none" className="stroke-accent" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round" vectorEffect="non-scaling-stroke" />
        </>
      )}
    </svg>
  )
}
