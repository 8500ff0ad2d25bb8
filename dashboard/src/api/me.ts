import { useQuery } from '@tanstack/react-query'
import { useCapability } from './capabilities'
import type { Me } from './generated/client'
import { meQuery } from './queries'

/** The caller as the API knows them; undefined while that isn't known, or where the API doesn't tell. */
export function useMe(): Me | undefined {
  return useQuery({ ...meQuery, enabled: useCapability('/api/me') === true }).data
}
