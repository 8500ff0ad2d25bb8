/** A shop front, drawn in the theme's own colours. */
export default function FirstStoreArt() {
  return (
    <svg viewBox="0 0 176 120" className="h-30 w-44" fill="none" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round">
      <path d="M8 112h160" className="stroke-line-strong" />
      <path d="M36 58v54h104V58" className="fill-surface stroke-line-strong" />
      <path d="M50 72h34v26H50z" className="fill-accent-soft stroke-line-strong" />
      <path d="M98 72h28v40H98z" className="fill-sunken stroke-line-strong" />
      <path d="M119 93v5" className="stroke-ink-3" />
      <path d="M40 20h96l12 28a12 9.5 0 0 1-24 0 12 9.5 0 0 1-24 0 12 9.5 0 0 1-24 0 12 9.5 0 0 1-24 0 12 9.5 0 0 1-24 0Z" className="fill-surface stroke-line-strong" />
      <path d="M59 20h20l-3 28a12 9.5 0 0 1-24 0ZM98 20h19l7 28a12 9.5 0 0 1-24 0Z" className="fill-accent stroke-accent" fillOpacity=".85" />
      <path d="M57 92c4-7 8-7 11-2s6 3 10-4" className="stroke-accent" />
    </svg>
  )
}
