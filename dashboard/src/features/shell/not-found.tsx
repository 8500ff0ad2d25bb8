import { Link } from '@tanstack/react-router'
import { buttonStyle } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { shellText } from '@/lib/text/shell'

const text = shellText.notFound

export function NotFound() {
  return (
    <>
      <title>{shellText.title(text.title)}</title>
      <Empty
        page
        title={text.title}
        action={
          <Link to="/stores" className={buttonStyle({ variant: 'primary' })}>
            {text.action}
          </Link>
        }
      >
        {text.body}
      </Empty>
    </>
  )
}
