import { expect, it } from 'vitest'
import { epoch, timelineAt } from '../../../mocks/world'
import { spans } from './durations'

it('steps share one axis, and a running one ends now', () => {
  const { spans: bars, total } = spans(timelineAt('woocommerce', epoch, 3900), epoch + 4000)
  expect(bars.map((bar) => [bar.step.name, bar.offset, bar.length])).toEqual([
    ['Queue', 0, 300],
    ['Namespace', 300, 600],
    ['Database', 900, 2400],
    ['Setup', 3300, 700],
    ['Application', 900, 3100],
    ['Storefront', null, 0],
  ])
  expect(total).toBe(4000)
})

it('nothing has begun yet', () => {
  expect(spans([{ name: 'Queue', state: 'Pending' }], epoch)).toEqual({ spans: [{ step: { name: 'Queue', state: 'Pending' }, offset: null, length: 0 }], total: 0 })
})
