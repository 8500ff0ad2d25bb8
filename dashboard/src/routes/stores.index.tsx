import { createFileRoute } from '@tanstack/react-router'
import { StoresPage } from '@/features/stores/stores-page'
import { parseStoreSearch, toStoreQuery } from '@/features/stores/search'
import { askAhead, storesQuery } from '@/api/queries'
import { userId } from '@/api/session'
import { config } from '@/lib/config'

export const Route = createFileRoute('/stores/')({
  // Nearly every visit begins here: in one piece with the entry it comes sooner, and smaller, than by itself.
  codeSplitGroupings: [],
  validateSearch: parseStoreSearch,
  loaderDeps: ({ search }) => search,
  // Asked for while the view's code is still on its way; the view shows whatever comes of it.
  loader: ({ context, deps }) => {
    if (config.auth === 'oidc' || userId.get() !== null) askAhead(context.client, storesQuery(toStoreQuery(deps)))
  },
  component: function StoresRoute() {
    return <StoresPage search={Route.useSearch()} />
  },
})
