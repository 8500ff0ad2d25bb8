import { createFileRoute } from '@tanstack/react-router'
import { StorePage } from '@/features/store/store-page'
import { askAhead, storeQuery } from '@/api/queries'

export const Route = createFileRoute('/stores/$id')({
  loader: ({ context, params }) => askAhead(context.client, storeQuery(params.id)),
  component: function StoreRoute() {
    const { id } = Route.useParams()
    return <StorePage key={id} id={id} />
  },
})
