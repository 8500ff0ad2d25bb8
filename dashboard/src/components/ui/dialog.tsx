import * as Radix from '@radix-ui/react-dialog'
import xIcon from 'lucide/dist/esm/icons/x.mjs'
import { Icon } from '@/components/icon'
import type { ReactNode } from 'react'
import { dialogText } from '@/lib/text/dialog'
import { buttonStyle } from './button'

interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  description?: ReactNode
  children: ReactNode
}

export function Dialog({ open, onOpenChange, title, description, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-[oklch(0.15_0.02_270/0.45)] backdrop-blur-[2px]" />
        <Radix.Content
          {...(description == null ? { 'aria-describedby': undefined } : {})}
          className="fixed inset-x-3 bottom-3 z-50 mx-auto max-h-[calc(100dvh-1.5rem)] max-w-lg animate-enter overflow-y-auto overscroll-contain rounded-2xl border border-line bg-surface p-5 shadow-float focus:outline-none sm:top-[12vh] sm:bottom-auto sm:max-h-[76vh] sm:p-6"
        >
          <div className="flex items-start gap-4">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-xl font-semibold tracking-tight wrap-anywhere">{title}</Radix.Title>
              {description != null && <Radix.Description className="mt-1 text-ink-2">{description}</Radix.Description>}
            </div>
            <Radix.Close className={buttonStyle({ variant: 'quiet', size: 'icon-sm', className: '-mt-1 -mr-1.5' })} aria-label={dialogText.close}>
              <Icon of={xIcon} />
            </Radix.Close>
          </div>
          <div className="mt-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
