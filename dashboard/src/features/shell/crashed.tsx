import { Button } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { shellText } from '@/lib/text/shell'

const text = shellText.crashed

/** A fault of the page itself, or a part of it that a new release has replaced. */
export function Crashed() {
  return (
    <div role="alert">
      <Empty
        page
        title={text.title}
        action={
          <Button variant="primary" onClick={() => window.location.reload()}>
            {text.reload}
          </Button>
        }
      >
        {text.body}
      </Empty>
    </div>
  )
}
