import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider, createRouter } from '@tanstack/react-router'
import { StrictMode, startTransition } from 'react'
import { createRoot } from 'react-dom/client'
import { loadProblemView } from './components/problem'
import { ahead } from './lib/ahead'
import { parseSearch, stringifySearch } from './lib/search-params'
import { routeTree } from './routeTree.gen'

const makeRouter = (client: QueryClient) =>
  createRouter({
    routeTree,
    context: { client },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}

/** Puts the view of this address onto the page. */
export async function show(client: QueryClient): Promise<void> {
  const router = makeRouter(client)
  // What the page came with keeps its place until a view can take it.
  await router.load()
  const root = document.getElementById('root')
  if (root === null) throw new Error('index.html has no #root')
  // A transition is drawn in pieces, between which a slow phone can answer.
  startTransition(() =>
    createRoot(root).render(
      <StrictMode>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </StrictMode>,
    ),
  )
  // Needed once the network is gone, so it is there before; but not before the view itself.
  setTimeout(() => ahead(loadProblemView()), 300)
}
