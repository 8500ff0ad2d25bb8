import moonIcon from 'lucide/dist/esm/icons/moon.mjs'
import sunIcon from 'lucide/dist/esm/icons/sun.mjs'
import { Icon } from '@/components/icon'
import { Button } from '@/components/ui/button'
import { useObservable } from '@/lib/use-observable'
import { shellText } from '@/lib/text/shell'
import { isDark, setTheme, theme } from '@/lib/theme'

/** One press for the other theme. To follow the system again, see the account dialog. */
export function ThemeButton() {
  useObservable(theme)
  const dark = isDark()
  return (
    <Button variant="quiet" size="icon-sm" aria-label={dark ? shellText.theme.toLight : shellText.theme.toDark} onClick={() => setTheme(dark ? 'light' : 'dark')}>
      {dark ? <Icon of={sunIcon} /> : <Icon of={moonIcon} />}
    </Button>
  )
}
