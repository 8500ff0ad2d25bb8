import { cn } from '@/lib/cn'

/** A hue from the engine's name, so that an engine nobody foresaw has a face of its own, too. */
export function engineHue(name: string): number {
  let hash = 7
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1009
  return (hash * 137) % 360
}

export function EngineMark({ engine, large = false }: { engine: string; large?: boolean }) {
  const hue = engineHue(engine)
  return (
    <span
      aria-hidden
      className={cn('grid shrink-0 place-items-center font-semibold uppercase', large ? 'size-11 rounded-xl text-xl' : 'size-8 rounded-lg text-base')}
      style={{
        backgroundColor: `light-dark(oklch(0.94 0.035 ${hue}), oklch(0.32 0.055 ${hue}))`,
        color: `light-dark(oklch(0.42 0.11 ${hue}), oklch(0.86 0.08 ${hue}))`,
      }}
    >
      {engine.slice(0, 1)}
    </span>
  )
}
