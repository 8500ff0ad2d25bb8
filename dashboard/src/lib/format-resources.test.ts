import { expect, it } from 'vitest'
import { formatBytes, formatCores } from './format-resources'

it('memory is told in binary units with three digits at most', () => {
  expect([0, 900, 1024, 431_200_000, 4 * 1024 ** 3, 1.5 * 1024 ** 4].map(formatBytes)).toEqual(['0 B', '900 B', '1 KiB', '411 MiB', '4 GiB', '1.5 TiB'])
})

it('processor time is told in cores', () => {
  expect([0, 0.004, 0.1234, 1, 2.5].map(formatCores)).toEqual(['0 cores', '< 0.01 cores', '0.12 cores', '1 core', '2.5 cores'])
})
