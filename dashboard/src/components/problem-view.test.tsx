import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '@/api/problem'
import { ProblemNotice, ProblemView } from './problem-view'

it('says how long to wait after too many requests', () => {
  render(<ProblemNotice error={new Problem({ status: 429, code: 'user_creation_rate_exceeded', message: 'You have made 5 stores within the hour.', retryAfter: 1_260_000 })} />)
  expect(screen.getByRole('alert')).toHaveTextContent('You have reached a limit You have made 5 stores within the hour. Try again in 21 min.'.replace('limit You', 'limitYou'))
})

it('offers another try when the API is away', async () => {
  const retry = vi.fn()
  render(<ProblemView error={new Unreachable('network')} retry={retry} />)
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(retry).toHaveBeenCalledOnce()
})

it('names the request, so that it can be found in the logs', () => {
  render(<ProblemView error={new Problem({ status: 500, code: 'internal', message: 'An error of ours.', requestId: 'r-42' })} />)
  expect(screen.getByText('Request r-42')).toBeVisible()
})
