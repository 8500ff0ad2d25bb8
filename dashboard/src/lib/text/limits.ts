import { formatCount } from '../format'

export const limitsText = {
  title: 'Your limits',
  stores: 'Stores',
  storesUsed: (used: number, max: number) => `${formatCount(used)} of ${formatCount(max)} used`,
  hour: 'New stores this hour',
  hourLeft: (left: number, max: number) => `${formatCount(left)} of ${formatCount(max)} left`,
}
