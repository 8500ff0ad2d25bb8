import { Outlet, createRootRouteWithContext } from '@tanstack/react-router'
import type { QueryClient } from '@tanstack/react-query'
import { Frame } from '@/features/shell/frame'
import { Crashed } from '@/features/shell/crashed'
import { NotFound } from '@/features/shell/not-found'

export const Route = createRootRouteWithContext<{ client: QueryClient }>()({
  component: () => (
    <Frame>
      <Outlet />
    </Frame>
  ),
  notFoundComponent: NotFound,
  errorComponent: Crashed,
})
