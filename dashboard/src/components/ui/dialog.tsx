import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import xIcon from 'lucide/dist/esm/icons/x.mjs'
import { Icon } from '@/components/icon'
import { dialogText } from '@/lib/text/dialog'
import { buttonStyle } from './button'

interface DialogProps {
  onClose: () => void
  title: ReactNode
  description?: ReactNode
  children: ReactNode
}

/**
 * The browser's own dialog: it holds the focus, closes on Escape and gives the focus back. Libraries for it write a style element to
 * stop the page from scrolling, which the content policy forbids; here a line of CSS does that. Whatever is to have the focus first
 * has `data-first`.
 */
export function Dialog({ onClose, title, description, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  // Not useEffect, which ends after the dialog has left the page: a dialog that is in no page gives the focus back to nobody.
  useLayoutEffect(() => {
    const current = dialog.current
    current?.showModal()
    current?.querySelector<HTMLElement>('[data-first]')?.focus()
    return () => current?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={description == null ? undefined : `${id}-description`}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      // Pressed beside the dialog; a press inside that ends outside, as when selecting text, is none.
      onMouseDown={(event) => event.target === event.currentTarget && onClose()}
      className="fixed inset-x-3 top-auto bottom-3 m-0 mx-auto max-h-[calc(100dvh-1.5rem)] w-auto max-w-lg animate-enter overflow-y-auto overscroll-contain rounded-2xl border border-line bg-surface text-ink shadow-float backdrop:animate-fade backdrop:bg-[oklch(0.15_0.02_270/0.45)] backdrop:backdrop-blur-[2px] focus:outline-none sm:top-[12vh] sm:bottom-auto sm:max-h-[76vh]"
    >
      <div className="p-5 sm:p-6">
        <div className="flex items-start gap-4">
          <div className="min-w-0 flex-1">
            <h2 id={`${id}-title`} className="text-xl font-semibold tracking-tight wrap-anywhere">
              {title}
            </h2>
            {description != null && (
              <p id={`${id}-description`} className="mt-1 text-ink-2">
                {description}
              </p>
            )}
          </div>
          <button type="button" onClick={onClose} className={buttonStyle({ variant: 'quiet', size: 'icon-sm', className: '-mt-1 -mr-1.5' })} aria-label={dialogText.close}>
            <Icon of={xIcon} />
          </button>
        </div>
        <div className="mt-4">{children}</div>
      </div>
    </dialog>
  )
}
