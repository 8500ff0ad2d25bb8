import { useMutation, useQueryClient } from '@tanstack/react-query'
import { signOut } from '@/api/sign-out'
import { ProblemNotice } from '@/components/problem'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Segmented } from '@/components/ui/segmented'
import { config } from '@/lib/config'
import { useObservable } from '@/lib/use-observable'
import { dialogText } from '@/lib/text/dialog'
import { type Theme, setTheme, theme } from '@/lib/theme'
import { UserForm } from './user-form'

const text = dialogText.account

export default function AccountDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const chosen = useObservable(theme)
  const header = config.auth === 'header'
  const client = useQueryClient()
  const leave = useMutation({ mutationFn: () => signOut(client) })
  return (
    <Dialog onClose={onClose} title={text.title} description={text.signedInAs(name)}>
      {header && (
        <section className="border-t border-line py-4">
          <h3 className="mb-3 font-medium">{text.switch}</h3>
          <UserForm hint={text.local} onDone={onClose} />
        </section>
      )}
      <section className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4">
        <Segmented
          label={text.appearance}
          value={chosen}
          onChange={(value) => setTheme(value as Theme)}
          options={(Object.keys(text.themes) as Theme[]).map((value) => ({ value, label: text.themes[value] }))}
        />
        <Button variant="quiet" disabled={leave.isPending} onClick={() => leave.mutate()}>
          {text.signOut}
        </Button>
        {leave.error !== null && <ProblemNotice error={leave.error} className="w-full" />}
      </section>
    </Dialog>
  )
}
