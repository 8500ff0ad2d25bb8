import { createFileRoute } from '@tanstack/react-router'
import { StoresPage } from '@/features/stores/stores-page'
import { parseStoreSearch, toStoreQuery } from '@/features/stores/search'
import { storesQuery } from '@/api/queries'
import { userId } from '@/api/session'
import { config } from '@/lib/config'

export const Route = createFileRoute('/stores/')({
  validateSearch: parseStoreSearch,
  loaderDeps: ({ search }) => search,
  // Asked for while the view's code is still on its way; the view shows whatever comes of it.
  loader: ({ context, deps }) => {
    if (config.auth === 'oidc' || userId.get() !== null) void context.client.prefetchQuery(storesQuery(toStoreQuery(deps)))
  },
  component: () => <StoresPage search={Route.useSearch()} />,
})
