import { useMutation } from '@tanstack/react-query'
import keyRoundIcon from 'lucide/dist/esm/icons/key-round.mjs'
import { Icon } from '@/components/icon'
import { getAdminLogin } from '@/api/actions'
import { CopyButton } from '@/components/copy-button'
import { ProblemNotice } from '@/components/problem'
import { Button } from '@/components/ui/button'
import { storeText } from '@/lib/text/store'

const text = storeText.login

/** The shop's admin login: fetched when asked for, kept nowhere but on the screen. */
export function AdminLogin({ id }: { id: string }) {
  const login = useMutation({ mutationFn: () => getAdminLogin(id), gcTime: 0 })
  const rows = login.data === undefined ? [] : [
    { label: text.user, value: login.data.user },
    ...(login.data.email == null || login.data.email === login.data.user ? [] : [{ label: text.email, value: login.data.email }]),
    { label: text.password, value: login.data.password },
  ]
  return (
    <section aria-labelledby="admin-login" className="rounded-xl border border-line bg-surface p-5 shadow-card">
      <h2 id="admin-login" className="font-semibold tracking-tight">
        {text.title}
      </h2>
      <div aria-live="polite">
        {login.data === undefined ? (
          <>
            <p className="mt-1 text-sm text-ink-3">{text.body}</p>
            {login.error !== null && <ProblemNotice error={login.error} className="mt-3" />}
            <Button className="mt-3 w-full" disabled={login.isPending} onClick={() => login.mutate()}>
              <Icon of={keyRoundIcon} /> {login.isPending ? text.revealing : text.reveal}
            </Button>
          </>
        ) : (
          <>
            <dl className="mt-3 space-y-2">
              {rows.map((row) => (
                <div key={row.label}>
                  <dt className="eyebrow">{row.label}</dt>
                  <dd className="mt-1 flex items-center gap-1 rounded-lg bg-sunken py-1 pr-1 pl-3">
                    <code className="min-w-0 flex-1 font-mono text-sm wrap-anywhere select-all">{row.value}</code>
                    <CopyButton value={row.value} what={row.label} />
                  </dd>
                </div>
              ))}
            </dl>
            <Button variant="quiet" size="sm" className="mt-2" onClick={() => login.reset()}>
              {text.hide}
            </Button>
          </>
        )}
      </div>
    </section>
  )
}
