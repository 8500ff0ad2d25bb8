import checkIcon from 'lucide/dist/esm/icons/check.mjs'
import { Icon } from '@/components/icon'
import type { UseFormRegisterReturn } from 'react-hook-form'
import type { Engine } from '@/api/types'
import { EngineMark } from '@/components/engine-mark'
import { createText } from '@/lib/text/create'

export function included(engine: Engine): string[] {
  const named = (name: string): string => createText.databases[name] ?? name
  return [
    createText.includedApp(engine.title, engine.defaultVersion),
    ...(engine.database == null ? [] : [createText.includedDatabase(named(engine.database))]),
    ...(engine.cache == null ? [] : [createText.includedCache(named(engine.cache))]),
    createText.includedProducts,
    ...(engine.admin == null ? [] : [createText.includedAdmin]),
    createText.includedIsolation,
  ]
}

/** One card an engine; radio buttons underneath, so arrow keys and screen readers work as ever. */
export function EngineChoice({ engines, field }: { engines: Engine[]; field: UseFormRegisterReturn }) {
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">{createText.engine}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {engines.map((engine) => (
          <label
            key={engine.name}
            className="group relative flex flex-col rounded-xl border border-line-strong bg-surface p-4 shadow-card transition-[border-color,box-shadow] hover:border-ink-3 has-checked:border-accent has-checked:ring-1 has-checked:ring-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input type="radio" value={engine.name} className="sr-only" {...field} />
            <span className="flex items-center gap-3">
              <EngineMark engine={engine.name} />
              <span className="min-w-0 flex-1 leading-tight">
                <span className="block font-medium">{engine.title}</span>
                <span className="block text-sm text-ink-3">{engine.defaultVersion}</span>
              </span>
              <span aria-hidden className="grid size-5 place-items-center rounded-full border border-field-line text-transparent group-has-checked:border-accent group-has-checked:bg-accent group-has-checked:text-on-ink">
                <Icon of={checkIcon} className="size-3.5" strokeWidth={2.5} />
              </span>
            </span>
            {engine.description != null && <span className="mt-3 text-sm text-ink-2">{engine.description}</span>}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
