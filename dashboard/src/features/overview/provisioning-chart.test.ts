import { expect, it } from 'vitest'
import { stepFor } from './provisioning-chart'

it('counts time in steps that people know, and reaches above the longest', () => {
  expect([0.4, 9, 15.7, 48, 200, 5_000, 20_000].map(stepFor)).toEqual([1, 3, 6, 20, 120, 1_800, 7_200])
})
