/** Numbers and dates as people read them. Everything that depends on "now" is given it. */
import { formatsText, locale } from './text/formats'

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

const count = once(() => new Intl.NumberFormat(locale))
const relative = once(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' }))
const dateTime = once(() => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }))
const day = once(() => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }))
const ordinalRules = once(() => new Intl.PluralRules(locale, { type: 'ordinal' }))

/** The first formatter takes a browser ten milliseconds, on a phone forty: better while there is nothing else to do than in the middle of a view. */
export function prepareFormats(): void {
  for (const make of [count, relative, dateTime]) make()
}

export const formatCount = (value: number): string => count().format(value)
export const formatDateTime = (value: string | number): string => dateTime().format(new Date(value))

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** "3 minutes ago"; a date once it is more than a month away. */
export function formatRelative(value: string, now: number): string {
  const distance = Date.parse(value) - now
  if (Math.abs(distance) > 30 * 86_400_000) return day().format(new Date(value))
  for (const [unit, size] of units) {
    if (Math.abs(distance) >= size) return relative().format(Math.trunc(distance / size), unit)
  }
  return Math.abs(distance) < 5_000 ? formatsText.justNow : relative().format(Math.trunc(distance / 1000), 'second')
}

/** "1st", "2nd", "3rd", "4th". */
export const formatOrdinal = (value: number): string => formatsText.ordinal(count().format(value), ordinalRules().select(value))
