import { expect, it } from 'vitest'
import { addSample, type UsageHistory } from './usage'
import type { StoreUsage } from './types'

const at = (second: number): StoreUsage => ({ at: new Date(second * 1000).toISOString(), cpu: {}, memory: {}, storage: {}, volumes: {}, pods: [] })

it('a measurement counts once, however often it is asked for, and old ones are let go', () => {
  let history: UsageHistory | undefined
  for (let second = 0; second < 200; second += 1) history = addSample(addSample(history, at(second)), at(second))
  expect(history?.samples).toHaveLength(90)
  expect(history?.samples[0]?.at).toBe(at(110).at)
})
