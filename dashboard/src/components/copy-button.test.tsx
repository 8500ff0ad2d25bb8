import { fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { CopyButton } from './copy-button'

afterEach(() => vi.unstubAllGlobals())

const press = (clipboard: Partial<Clipboard> | undefined): void => {
  vi.stubGlobal('navigator', Object.assign(Object.create(navigator), { clipboard }))
  render(<CopyButton value="http://store-1.example" what="Address" />)
  fireEvent.click(screen.getByRole('button', { name: 'Copy address' }))
}

it('says that it has copied', async () => {
  const writeText = vi.fn(() => Promise.resolve())
  press({ writeText })
  expect(await screen.findByText('Copied')).toBeInTheDocument()
  expect(writeText).toHaveBeenCalledWith('http://store-1.example')
})

it.each([
  ['is missing, as on plain HTTP', undefined],
  ['refuses', { writeText: () => Promise.reject(new Error('NotAllowedError')) }],
])('selects the text and says how to copy it where the clipboard %s', async (_, clipboard) => {
  press(clipboard)
  const field = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Address' })
  expect(field).toHaveFocus()
  expect(field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0)).toBe('http://store-1.example')
  expect(field).toHaveAccessibleDescription(/Ctrl\+C/)
  fireEvent.blur(field)
  expect(screen.queryByRole('textbox')).toBeNull()
})
