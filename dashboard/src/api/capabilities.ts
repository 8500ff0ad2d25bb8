import { useQuery } from '@tanstack/react-query'
import { capabilitiesQuery } from './queries'

/** Whether the API has this path; undefined while that isn't known. */
export function useCapability(path: string): boolean | undefined {
  return useQuery({ ...capabilitiesQuery, select: (paths) => paths.has(path) }).data
}
