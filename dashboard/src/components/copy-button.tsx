import checkIcon from 'lucide/dist/esm/icons/check.mjs'
import copyIcon from 'lucide/dist/esm/icons/copy.mjs'
import { Icon } from '@/components/icon'
import { storeText } from '@/lib/text/store'
import { useCopy } from '@/lib/use-copy'
import { Button } from './ui/button'
import { Input } from './ui/field'

const text = storeText.details

/** Where the browser allows no copying, the text is selected, which leaves one key to press. */
export function CopyButton({ value, what }: { value: string; what: string }) {
  const { state, copy, reset } = useCopy()
  return (
    <span className="relative inline-flex">
      <Button variant="quiet" size="icon-sm" className="size-7" aria-label={text.copy(what)} onClick={() => copy(value)}>
        {state === 'copied' ? <Icon of={checkIcon} className="text-good" /> : <Icon of={copyIcon} />}
      </Button>
      <span role="status" className="sr-only">
        {state === 'copied' && text.copied}
      </span>
      {state === 'refused' && (
        <span className="absolute top-full right-0 z-10 mt-1 w-64 rounded-lg border border-line bg-raised p-2.5 shadow-float">
          <Input
            readOnly
            autoFocus
            value={value}
            aria-label={what}
            aria-describedby="copy-by-hand"
            onFocus={(event) => event.target.select()}
            onBlur={reset}
            onKeyDown={(event) => event.key === 'Escape' && reset()}
            className="font-mono text-sm"
          />
          <span id="copy-by-hand" className="mt-2 block text-sm text-ink-2">
            {text.copyByHand}
          </span>
        </span>
      )}
    </span>
  )
}
