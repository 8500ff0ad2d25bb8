import { Link } from '@tanstack/react-router'
import chartNoAxesColumnIcon from 'lucide/dist/esm/icons/chart-no-axes-column.mjs'
import scrollTextIcon from 'lucide/dist/esm/icons/scroll-text.mjs'
import storeIcon from 'lucide/dist/esm/icons/store.mjs'
import { Icon } from '@/components/icon'
import { type ReactNode, Suspense, lazy, useState } from 'react'
import { useCapability } from '@/api/capabilities'
import { useMe } from '@/api/me'
import { userId } from '@/api/session'
import { config } from '@/lib/config'
import { useObservable } from '@/lib/use-observable'
import { shellText } from '@/lib/text/shell'
import { ConnectionBar, ConnectionDot } from './connection-hint'
import { Logo } from './logo'
import { ThemeButton } from './theme-button'

const AccountDialog = lazy(() => import('./account-dialog'))

const navLink =
  'flex flex-1 flex-col items-center gap-0.5 rounded-lg px-3 py-1.5 text-xs font-medium text-ink-2 transition-colors hover:text-ink aria-[current=page]:text-ink sm:flex-none sm:flex-row sm:gap-2 sm:text-base sm:hover:bg-sunken sm:aria-[current=page]:bg-sunken [&_svg]:size-5 sm:[&_svg]:hidden'

function Nav({ admin, className }: { admin: boolean; className: string }) {
  return (
    <nav aria-label={shellText.nav.label} className={className}>
      <Link to="/stores" className={navLink} activeOptions={{ includeSearch: false }}>
        <Icon of={storeIcon} /> {shellText.nav.stores}
      </Link>
      <Link to="/overview" className={navLink}>
        <Icon of={chartNoAxesColumnIcon} /> {shellText.nav.overview}
      </Link>
      {admin && (
        <Link to="/audit" className={navLink} activeOptions={{ includeSearch: false }}>
          <Icon of={scrollTextIcon} /> {shellText.nav.audit}
        </Link>
      )}
    </nav>
  )
}

function Account() {
  const [open, setOpen] = useState(false)
  const me = useMe()
  const user = useObservable(userId)
  const name = (config.auth === 'header' ? user : me?.id) ?? ''
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
        className="inline-flex h-8 max-w-40 items-center gap-2 rounded-full border border-line bg-surface pr-3 pl-1 text-sm font-medium transition-colors hover:border-line-strong"
      >
        <span aria-hidden className="grid size-6 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent-ink uppercase">
          {name.slice(0, 1)}
        </span>
        <span className="sr-only">{shellText.account} </span>
        <span className="truncate">{name}</span>
      </button>
      {open && (
        <Suspense>
          <AccountDialog name={name} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}

/** The frame around every view. */
export function Shell({ children }: { children: ReactNode }) {
  const audit = useCapability('/api/audit')
  const admin = useMe()?.admin === true && audit === true
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#main" className="sr-only z-50 rounded-lg bg-ink px-4 py-2 text-on-ink focus:not-sr-only focus:fixed focus:top-3 focus:left-3">
        {shellText.skip}
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-canvas/90 backdrop-blur-md">
        <div className="mx-auto flex h-14 max-w-6xl items-center gap-3 px-4 sm:px-6">
          <Link to="/stores" className="flex items-center gap-2.5 rounded-lg" aria-label={shellText.product}>
            <Logo />
            <span className="hidden font-semibold tracking-tight md:block">{shellText.product}</span>
          </Link>
          <Nav admin={admin} className="ml-3 hidden gap-1 sm:flex" />
          <div className="ml-auto flex items-center gap-2">
            <ConnectionDot />
            <ThemeButton />
            <Account />
          </div>
        </div>
      </header>
      <ConnectionBar />
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-6xl flex-1 px-4 py-6 pb-24 focus:outline-none sm:px-6 sm:py-8">
        {children}
      </main>
      <Nav
        admin={admin}
        className="fixed inset-x-0 bottom-0 z-30 flex justify-around border-t border-line bg-canvas/95 px-3 pt-1 pb-[max(0.25rem,env(safe-area-inset-bottom))] backdrop-blur-md sm:hidden"
      />
    </div>
  )
}
