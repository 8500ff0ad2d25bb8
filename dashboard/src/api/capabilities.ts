import { queryOptions, useQuery } from '@tanstack/react-query'
import { request } from './http'

/**
 * What this API can do, by its own description: a dashboard may meet an older backend during an upgrade, and shows nothing that would
 * only fail.
 */
export const capabilitiesQuery = queryOptions({
  queryKey: ['capabilities'],
  queryFn: async ({ signal }) => {
    const description = await request<{ paths: Record<string, unknown> }>('/api/openapi.json', { signal })
    return new Set(Object.keys(description.paths))
  },
  staleTime: Infinity,
  gcTime: Infinity,
  refetchInterval: (query) => (query.state.status === 'error' ? 5_000 : false),
})

/** Whether the API has this path; undefined while that isn't known. */
export function useCapability(path: string): boolean | undefined {
  return useQuery({ ...capabilitiesQuery, select: (paths) => paths.has(path) }).data
}
