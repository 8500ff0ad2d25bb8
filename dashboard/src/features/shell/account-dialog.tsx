import { userId, signOut } from '@/api/session'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Segmented } from '@/components/ui/segmented'
import { config } from '@/lib/config'
import { useObservable } from '@/lib/observable'
import { dialogText } from '@/lib/text/dialog'
import { type Theme, setTheme, theme } from '@/lib/theme'
import { UserForm } from './user-form'

const text = dialogText.account

export default function AccountDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const chosen = useObservable(theme)
  const current = useObservable(userId)
  const header = config.auth === 'header'
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={text.title} description={text.signedInAs(current ?? name)}>
      {header && (
        <section className="border-t border-line py-4">
          <h3 className="font-medium">{text.switch}</h3>
          <p className="mb-3 text-sm text-ink-3">{text.local}</p>
          <UserForm onDone={onClose} />
        </section>
      )}
      <section className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4">
        <Segmented
          label={text.appearance}
          value={chosen}
          onChange={(value) => setTheme(value as Theme)}
          options={(Object.keys(text.themes) as Theme[]).map((value) => ({ value, label: text.themes[value] }))}
        />
        {header && (
          <Button variant="quiet" onClick={signOut}>
            {text.signOut}
          </Button>
        )}
      </section>
    </Dialog>
  )
}
