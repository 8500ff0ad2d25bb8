import { createFileRoute } from '@tanstack/react-router'
import { StorePage } from '@/features/store/store-page'
import { ahead } from '@/lib/ahead'
import { storeQuery } from '@/api/queries'

export const Route = createFileRoute('/stores/$id')({
  loader: ({ context, params }) => ahead(context.client.query(storeQuery(params.id))),
  component: function StoreRoute() {
    const { id } = Route.useParams()
    return <StorePage key={id} id={id} />
  },
})
