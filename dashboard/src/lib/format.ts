/** Numbers, durations and dates as people read them. Everything that depends on "now" is given it. */
const locale = 'en'

const count = new Intl.NumberFormat(locale)
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' })
const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
const ordinalRules = new Intl.PluralRules(locale, { type: 'ordinal' })

export const formatCount = (value: number): string => count.format(value)
export const formatDateTime = (value: string | number): string => dateTime.format(new Date(value))

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** "3 minutes ago"; a date once it is more than a month away. */
export function formatRelative(value: string, now: number): string {
  const distance = Date.parse(value) - now
  if (Math.abs(distance) > 30 * 86_400_000) return day.format(new Date(value))
  for (const [unit, size] of units) {
    if (Math.abs(distance) >= size) return relative.format(Math.trunc(distance / size), unit)
  }
  return Math.abs(distance) < 5_000 ? 'just now' : relative.format(Math.trunc(distance / 1000), 'second')
}

/** "0.4 s", "12 s", "3 min", "3 min 05 s", "1 h 20 min". */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds)
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${String(seconds % 60).padStart(2, '0')} s`}`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

/** "1st", "2nd", "3rd", "4th". */
export function formatOrdinal(value: number): string {
  const suffix = { one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' }[ordinalRules.select(value)]
  return `${count.format(value)}${suffix}`
}
