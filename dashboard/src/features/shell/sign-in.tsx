import { buttonStyle } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { config } from '@/lib/config'
import { shellText } from '@/lib/text/shell'
import { signInText as text } from '@/lib/text/sign-in'
import { Logo } from './logo'
import { UserForm } from './user-form'

/** The way in: a name in header mode, the API's own sign-in in OIDC mode. */
export function SignIn({ why }: { why: 'never' | 'ended' | 'left' | null }) {
  const oidc = config.auth === 'oidc'
  const login = `${config.apiBase}/api/auth/login?return_to=${encodeURIComponent(window.location.href)}`
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <title>{shellText.title(text.title)}</title>
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-2.5">
          <Logo />
          <span className="text-lg font-semibold tracking-tight">{shellText.product}</span>
        </div>
        <div className="rounded-2xl border border-line bg-surface p-6 shadow-lift">
          <h1 className="text-2xl font-semibold tracking-tight">{text.title}</h1>
          <p className="mt-1 mb-5 text-ink-2">{oidc ? text.bodyOidc : text.body}</p>
          {(why === 'ended' || why === 'left') && (
            <Notice tone="info" alert className="mb-5">
              {why === 'ended' ? text.ended : text.out}
            </Notice>
          )}
          {oidc ? (
            <a href={login} className={buttonStyle({ variant: 'primary', size: 'lg', className: 'w-full' })}>
              {text.submitOidc}
            </a>
          ) : (
            <UserForm hint={text.local} />
          )}
        </div>
      </div>
    </main>
  )
}
