import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import checkIcon from 'lucide/dist/esm/icons/check.mjs'
import chevronLeftIcon from 'lucide/dist/esm/icons/chevron-left.mjs'
import { Icon } from '@/components/icon'
import { useEffect, useRef } from 'react'
import { useForm, useWatch } from 'react-hook-form'
import { createStore } from '@/api/actions'
import { useMe } from '@/api/me'
import { Problem } from '@/api/problem'
import { enginesQuery, keys, meQuery } from '@/api/queries'
import type { Engine, Store } from '@/api/types'
import { useAnswer } from '@/api/use-answer'
import { LimitMeters } from '@/components/limit-meters'
import { ProblemNotice, ProblemView } from '@/components/problem'
import { Button, buttonStyle } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { randomId } from '@/lib/random-id'
import { storeNameLength, storeNameMax } from '@/lib/store-name'
import { createText as text } from '@/lib/text/create'
import { limitsText } from '@/lib/text/limits'
import { shellText } from '@/lib/text/shell'
import { EngineChoice, included } from './engine-choice'
import { type CreateValues, createSchema } from './schema'

interface CreatePageProps {
  /** From the address: what a failed store was, to try the same again. */
  preset: { name?: string; engine?: string }
}

export function CreatePage({ preset }: CreatePageProps) {
  const engines = useQuery(enginesQuery)
  const { data, error } = useAnswer(engines)
  return (
    <>
      <title>{shellText.title(text.title)}</title>
      <Link to="/stores" className="-ml-1 inline-flex items-center gap-1 rounded text-sm font-medium text-ink-2 hover:text-ink">
        <Icon of={chevronLeftIcon} aria-hidden className="size-4" /> {text.back}
      </Link>
      <h1 className="mt-2 text-2xl font-semibold tracking-tight">{text.title}</h1>
      <p className="mt-1 mb-7 text-ink-2">{text.lead}</p>
      {data !== undefined ? (
        data.length > 0 ? (
          <CreateForm engines={data} preset={preset} />
        ) : (
          <Notice tone="warn">{text.noEngines}</Notice>
        )
      ) : error !== null ? (
        <ProblemView error={error} retry={engines.refetch} />
      ) : (
        <div role="status" aria-label={text.loading} className="grid max-w-3xl gap-3 sm:grid-cols-2">
          <Skeleton className="h-32" />
          <Skeleton className="h-32" />
        </div>
      )}
    </>
  )
}

function CreateForm({ engines, preset }: CreatePageProps & { engines: Engine[] }) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const limits = useMe()?.limits
  const form = useForm<CreateValues>({
    resolver: zodResolver(createSchema),
    mode: 'onChange',
    defaultValues: {
      engine: engines.find((engine) => engine.name === preset.engine)?.name ?? engines[0]?.name ?? '',
      name: preset.name ?? '',
    },
  })
  const values = useWatch({ control: form.control })
  const chosen = engines.find((engine) => engine.name === values.engine)

  // A lost answer must not make a second store: the key stays the same for as long as the content does.
  const attempt = useRef({ content: '', key: '' })
  const create = useMutation({
    mutationFn: (body: CreateValues) => {
      const content = JSON.stringify(body)
      if (attempt.current.content !== content) attempt.current = { content, key: randomId() }
      return createStore(body, attempt.current.key)
    },
    onSuccess: async (store: Store) => {
      attempt.current = { content: '', key: '' }
      client.setQueryData(keys.store(store.id), store)
      void client.invalidateQueries({ queryKey: keys.lists })
      void client.invalidateQueries({ queryKey: meQuery.queryKey })
      await navigate({ to: '/stores/$id', params: { id: store.id } })
    },
    onError: (error) => {
      if (!(error instanceof Problem)) return
      for (const { field, message } of error.fields) {
        if (field === 'name' || field === 'engine') form.setError(field, { type: 'server', message }, { shouldFocus: true })
      }
      void client.invalidateQueries({ queryKey: meQuery.queryKey })
    },
  })

  // What the server says about a field stands at the field; the rest above the button.
  const { error } = create
  const atField = error instanceof Problem && error.fields.some(({ field }) => field === 'name' || field === 'engine')
  const full = limits !== undefined && limits.stores.used >= limits.stores.max
  const tooFast = limits !== undefined && limits.creationsPerHour.left <= 0

  useEffect(() => form.setFocus('name'), [form])

  const submit = form.handleSubmit((body) => create.mutate({ ...body, name: body.name.trim() }))
  const nameError = form.formState.errors.name?.message
  const showNameError = nameError !== undefined && (form.formState.isSubmitted || (values.name ?? '') !== '')

  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_19rem]">
      <div className="space-y-6">
        <EngineChoice engines={engines} field={form.register('engine')} />
        {form.formState.errors.engine?.message !== undefined && (
          <p role="alert" className="text-sm text-bad-ink">
            {form.formState.errors.engine.message}
          </p>
        )}
        <Field
          id="store-name"
          label={text.name}
          hint={text.nameHint}
          error={showNameError ? nameError : undefined}
          aside={<span className="text-sm text-ink-3 tabular">{text.count(storeNameLength(values.name ?? ''))}</span>}
        >
          <Input
            id="store-name"
            aria-describedby="store-name-note"
            aria-invalid={showNameError || undefined}
            autoComplete="off"
            // Twice the limit, so that a longer paste is seen and told, not cut.
            maxLength={storeNameMax * 2}
            placeholder={text.namePlaceholder}
            className="h-11 text-lg"
            {...form.register('name')}
          />
        </Field>
        {(full || tooFast) && error === null && <Notice tone="warn">{full ? text.limitReached : text.hourReached}</Notice>}
        {error !== null && !atField && <ProblemNotice error={error} />}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" size="lg" disabled={create.isPending}>
            {create.isPending ? text.submitting : text.submit}
          </Button>
          <Link to="/stores" className={buttonStyle({ variant: 'quiet', size: 'lg' })}>
            {text.cancel}
          </Link>
        </div>
      </div>

      <aside className="space-y-6 rounded-xl border border-line bg-surface p-5 shadow-card">
        {chosen !== undefined && (
          <section>
            <h2 className="font-medium">{text.included}</h2>
            <ul className="mt-3 space-y-2 text-sm text-ink-2">
              {included(chosen).map((item) => (
                <li key={item} className="flex gap-2">
                  <Icon of={checkIcon} aria-hidden className="mt-0.5 size-4 shrink-0 text-good" /> {item}
                </li>
              ))}
            </ul>
          </section>
        )}
        {limits !== undefined && (
          <section className="space-y-4 border-t border-line pt-5">
            <h2 className="font-medium">{limitsText.title}</h2>
            <LimitMeters limits={limits} />
          </section>
        )}
      </aside>
    </form>
  )
}
