import { describe, expect, it } from 'vitest'
import { formatOrdinal, formatRelative } from './format'
import { formatDuration } from './format-duration'

const now = Date.parse('2026-11-23T10:00:00Z')
const ago = (ms: number): string => formatRelative(new Date(now - ms).toISOString(), now)

describe('formats', () => {
  it('tell durations by their size', () => {
    expect([0, 420, 9_940, 9_960, 59_400, 60_000, 185_000, 4_800_000].map(formatDuration)).toEqual(['0.0 s', '0.4 s', '9.9 s', '10 s', '59 s', '1 min', '3 min 05 s', '1 h 20 min'])
  })

  it('never show a time that runs backwards, as when clocks differ', () => {
    expect(formatDuration(-3_000)).toBe('0.0 s')
  })

  it('tell how long ago something was, and the date once that is long', () => {
    expect([1_000, 30_000, 90_000, 7_200_000, 3 * 86_400_000, 40 * 86_400_000].map(ago)).toEqual(['just now', '30 seconds ago', '1 minute ago', '2 hours ago', '3 days ago', 'Oct 14, 2026'])
  })

  it('count places in a line', () => {
    expect([1, 2, 3, 4, 11, 22, 103].map(formatOrdinal)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '22nd', '103rd'])
  })
})
