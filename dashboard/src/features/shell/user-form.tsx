import { type SubmitEvent, useId, useState } from 'react'
import { userId } from '@/api/session'
import { recentUsers, signInAs } from '@/api/sign-in'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/field'
import { useObservable } from '@/lib/use-observable'
import { signInText as text } from '@/lib/text/sign-in'
import { isUserName } from './user-name'

/** Header mode: one says who one is. */
export function UserForm({ hint, onDone }: { hint: string; onDone?: () => void }) {
  const id = useId()
  const current = useObservable(userId)
  const [name, setName] = useState('')
  const [tried, setTried] = useState(false)
  const invalid = tried && !isUserName(name.trim())
  const others = recentUsers().filter((other) => other !== current)

  const signIn = (as: string): void => {
    signInAs(as)
    onDone?.()
  }
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    setTried(true)
    if (isUserName(name.trim())) signIn(name.trim())
  }

  return (
    <form onSubmit={submit} noValidate>
      <Field id={id} label={text.name} hint={hint} error={invalid ? text.invalid : undefined}>
        <div className="flex gap-2">
          <Input
            id={id}
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder={text.namePlaceholder}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            data-first
            aria-invalid={invalid || undefined}
            aria-describedby={`${id}-note`}
          />
          <Button type="submit" variant="primary">
            {text.submit}
          </Button>
        </div>
      </Field>
      {others.length > 0 && (
        <div className="mt-4">
          <p className="eyebrow mb-2">{text.recent}</p>
          <div className="flex flex-wrap gap-2">
            {others.map((other) => (
              <Button key={other} size="sm" onClick={() => signIn(other)}>
                {other}
              </Button>
            ))}
          </div>
        </div>
      )}
    </form>
  )
}
