import searchIcon from 'lucide/dist/esm/icons/search.mjs'
import xIcon from 'lucide/dist/esm/icons/x.mjs'
import { Icon } from '@/components/icon'
import { useRef } from 'react'
import { Input } from '@/components/ui/field'
import { storeNameMax } from '@/lib/store-name'
import { storesText } from '@/lib/text/stores'
import { useShortcut } from '@/lib/use-shortcut'
import { useTyped } from '@/lib/use-typed'

export function SearchBox({ value, onSearch }: { value: string; onSearch: (value: string) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useTyped(value, onSearch)

  useShortcut('/', () => input.current?.focus())

  return (
    <div role="search" className="relative min-w-0 flex-1">
      <Icon of={searchIcon} aria-hidden className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-3" />
      <Input
        ref={input}
        type="search"
        aria-label={storesText.search}
        placeholder={storesText.searchPlaceholder}
        maxLength={storeNameMax}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setTyped('')}
        className="border-line-strong pr-9 pl-9 shadow-card [&::-webkit-search-cancel-button]:hidden"
      />
      {typed === '' ? (
        <kbd aria-hidden className="pointer-events-none absolute top-1/2 right-2.5 hidden -translate-y-1/2 rounded border border-line bg-sunken px-1.5 font-mono text-xs text-ink-3 sm:block">
          /
        </kbd>
      ) : (
        <button type="button" aria-label={storesText.clearSearch} onClick={() => setTyped('')} className="absolute top-1/2 right-2 grid size-6 -translate-y-1/2 place-items-center rounded text-ink-3 hover:text-ink">
          <Icon of={xIcon} className="size-4" />
        </button>
      )}
    </div>
  )
}
