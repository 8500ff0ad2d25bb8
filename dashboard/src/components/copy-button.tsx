import checkIcon from 'lucide/dist/esm/icons/check.mjs'
import copyIcon from 'lucide/dist/esm/icons/copy.mjs'
import { Icon } from '@/components/icon'
import { storeText } from '@/lib/text/store'
import { useCopy } from '@/lib/use-copy'
import { Button } from './ui/button'

export function CopyButton({ value, what }: { value: string; what: string }) {
  const { copied, copy } = useCopy()
  return (
    <>
      <Button variant="quiet" size="icon-sm" className="size-7" aria-label={storeText.details.copy(what)} onClick={() => copy(value)}>
        {copied ? <Icon of={checkIcon} className="text-good" /> : <Icon of={copyIcon} />}
      </Button>
      <span role="status" className="sr-only">
        {copied && storeText.details.copied}
      </span>
    </>
  )
}
