import { act, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '@/api/problem'
import { ProblemNotice, ProblemView } from './problem-view'

afterEach(() => vi.useRealTimers())

it('says how long to wait after too many requests, and counts down', () => {
  vi.useFakeTimers()
  const retry = vi.fn(() => Promise.resolve())
  render(<ProblemNotice error={new Problem({ status: 429, code: 'user_creation_rate_exceeded', message: 'You have made 5 stores within the hour.', retryAfter: 90_000 })} retry={retry} />)
  expect(screen.getByText('You have reached a limit')).toBeVisible()
  expect(screen.getAllByText('Try again in 2 min.')).toHaveLength(2)
  expect(screen.getByRole('button')).toBeDisabled()
  act(() => {
    vi.advanceTimersByTime(50_000)
  })
  expect(screen.getByText('Try again in 40 s.')).toBeVisible()
  act(() => {
    vi.advanceTimersByTime(41_000)
  })
  expect(screen.getByText('You can try again now.')).toBeVisible()
  expect(screen.getByRole('button')).toBeEnabled()
})

it('offers another try when the API is away, one at a time', async () => {
  let end: (() => void) | undefined
  const retry = vi.fn(() => new Promise<void>((resolve) => (end = resolve)))
  render(<ProblemView error={new Unreachable('network')} retry={retry} />)
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  await userEvent.click(screen.getByRole('button', { name: 'Trying…' }))
  expect(retry).toHaveBeenCalledOnce()
  act(() => end?.())
  expect(await screen.findByRole('button', { name: 'Try again' })).toBeEnabled()
})

it('names the request, so that it can be found in the logs', () => {
  render(<ProblemView error={new Problem({ status: 500, code: 'internal', message: 'An error of ours.', requestId: 'r-42' })} />)
  expect(screen.getByText('Request r-42')).toBeVisible()
})
