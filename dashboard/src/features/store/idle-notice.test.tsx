import { render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { makeStore } from '../../../mocks/world'
import { IdleNotice } from './idle-notice'

const store = makeStore({ name: 'Tin Roof Records', engine: 'medusa', status: 'Ready', lastVisitAt: '2026-11-18T10:00:00Z' })

it('says when a store that nobody visits will be deleted', () => {
  render(<IdleNotice store={{ ...store, idleDeletionAt: '2026-11-25T10:00:00Z' }} />)
  expect(screen.getByRole('alert')).toHaveTextContent(/will be deleted with everything in it on Nov 25, 2026/)
})

it('says nothing without a warning, or of a store that is being deleted already', () => {
  const { container } = render(
    <>
      <IdleNotice store={store} />
      <IdleNotice store={{ ...store, idleDeletionAt: null }} />
      <IdleNotice store={{ ...store, status: 'Deleting', idleDeletionAt: '2026-11-25T10:00:00Z' }} />
    </>,
  )
  expect(container).toBeEmptyDOMElement()
})
