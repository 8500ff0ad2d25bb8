import type { MyLimits } from '@/api/generated/client'
import { limitsText as text } from '@/lib/text/limits'
import { Meter } from './ui/meter'

/** What is left of one's limits. */
export function LimitMeters({ limits: { stores, creationsPerHour } }: { limits: MyLimits }) {
  return (
    <div className="space-y-4">
      <Meter label={text.stores} value={text.storesUsed(stores.used, stores.max)} used={stores.used} max={stores.max} />
      <Meter label={text.hour} value={text.hourLeft(creationsPerHour.left, creationsPerHour.max)} used={creationsPerHour.max - creationsPerHour.left} max={creationsPerHour.max} />
    </div>
  )
}
