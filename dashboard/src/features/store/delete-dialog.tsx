import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { deleteStore } from '@/api/actions'
import { isNotFound } from '@/api/problem'
import { keys } from '@/api/queries'
import type { Store } from '@/api/types'
import { ProblemNotice } from '@/components/problem'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Input } from '@/components/ui/field'
import { storeText } from '@/lib/text/store'

const text = storeText.deletion

/** Deleting takes the store's own name, typed: nothing that a stray click or a held Enter key could do. */
export default function DeleteDialog({ store, onClose }: { store: Store; onClose: () => void }) {
  const client = useQueryClient()
  const [typed, setTyped] = useState('')
  const matches = typed.trim() === store.name
  const remove = useMutation({
    // Someone else may have been quicker; gone is gone.
    mutationFn: () => deleteStore(store.id).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
    }),
    onSuccess: () => {
      client.setQueryData<Store>(keys.store(store.id), (old) => old && { ...old, status: 'Deleting' })
      void client.invalidateQueries({ queryKey: ['stores'] })
      onClose()
    },
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (matches && !remove.isPending) remove.mutate()
  }
  return (
    <Dialog onClose={onClose} title={text.title(store.name)}>
      <p className="text-ink-2">{text.body}</p>
      <ul className="mt-2 mb-5 list-disc space-y-1 pl-5 text-ink-2 marker:text-ink-3">
        {text.losses.map((loss) => (
          <li key={loss}>{loss}</li>
        ))}
      </ul>
      <form onSubmit={submit}>
        <label htmlFor="confirm-delete" className="mb-1.5 block font-medium wrap-anywhere">
          {text.confirm(store.name)}
        </label>
        <Input id="confirm-delete" value={typed} onChange={(event) => setTyped(event.target.value)} data-first autoComplete="off" spellCheck={false} autoCapitalize="none" />
        {remove.error !== null && <ProblemNotice error={remove.error} className="mt-4" />}
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" variant="danger" disabled={!matches || remove.isPending}>
            {remove.isPending ? text.submitting : text.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
