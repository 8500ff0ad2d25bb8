/** Where the API is and how people sign in; read once, before the first view. */
export interface Config {
  /** Origin of the API, without a trailing slash; empty when it is the dashboard's own. */
  apiBase: string
  /** `header`: whoever one says one is, for local use. `oidc`: the API's own sign-in with a session cookie. */
  auth: 'header' | 'oidc'
}

/** `dashboard.<domain>` has its API at `api.<domain>`, with the same scheme and port. */
export function deriveApiBase(location: { protocol: string; host: string }): string {
  const prefix = 'dashboard.'
  return location.host.startsWith(prefix) ? `${location.protocol}//api.${location.host.slice(prefix.length)}` : ''
}

/** What `/config.json` says wins over what the address says. Anything of the wrong shape is passed over. */
export function mergeConfig(file: unknown, location: { protocol: string; host: string }): Config {
  const said = (typeof file === 'object' && file !== null ? file : {}) as Record<string, unknown>
  return {
    apiBase: typeof said.apiBase === 'string' ? said.apiBase.replace(/\/+$/, '') : deriveApiBase(location),
    auth: said.auth === 'oidc' ? 'oidc' : 'header',
  }
}

export let config: Config = { apiBase: '', auth: 'header' }

export async function loadConfig(): Promise<void> {
  let file: unknown = {}
  try {
    const answer = await fetch('/config.json', { signal: AbortSignal.timeout(5000) })
    if (answer.ok) file = await answer.json()
  } catch {
    // The file only overrides; without it the address decides.
  }
  config = mergeConfig(file, window.location)
}
