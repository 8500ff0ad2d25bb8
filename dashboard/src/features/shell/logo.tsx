/** The mark: an awning over a door. */
export function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="size-7" aria-hidden>
      <rect width="32" height="32" rx="8" className="fill-ink" />
      <path d="M7.5 12.2 9.4 7h13.2l1.9 5.2a2.83 2.83 0 0 1-5.67.3 2.83 2.83 0 0 1-5.66 0 2.83 2.83 0 0 1-5.67-.3Z" fill="light-dark(oklch(0.78 0.12 263), oklch(0.5 0.17 263))" />
      <path d="M9.5 17.6V25h13v-7.4" fill="none" className="stroke-on-ink" strokeWidth="2.2" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  )
}
