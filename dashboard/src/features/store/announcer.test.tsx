import { render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { epoch, makeStore, timelineAt } from '../../../mocks/world'
import { Announcer } from './announcer'

const store = makeStore({ name: 'Tin Roof Records', engine: 'medusa', status: 'Provisioning', createdAt: new Date(epoch).toISOString(), timeline: timelineAt('medusa', epoch, 500) })

it('reads out every step that has moved on, as several may at once, and then the status', () => {
  const { rerender } = render(<Announcer store={store} />)
  expect(screen.getByRole('status')).toBeEmptyDOMElement()
  rerender(<Announcer store={{ ...store, timeline: timelineAt('medusa', epoch, 1000) }} />)
  expect(screen.getByRole('status')).toHaveTextContent('Isolation and limits: done. Database: under way. Cache: under way. Application: under way')
  rerender(<Announcer store={{ ...store, status: 'Ready' }} />)
  expect(screen.getByRole('status')).toHaveTextContent('Tin Roof Records: Ready')
})
