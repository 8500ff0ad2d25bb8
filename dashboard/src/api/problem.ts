/** What can go wrong with a request, as one type that every view can show. */
import type { Code, FieldError } from './generated/client'

/** The API answered, but with an error (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  /** The API's own word for it; `http_…` where the answer was not the API's. */
  readonly code: Code | `http_${number}`
  readonly fields: FieldError[]
  /** Milliseconds after which another try makes sense, where the API said so. */
  readonly retryAfter: number | null
  readonly requestId: string | null
  /** What came, whatever it is. */
  readonly body: Record<string, unknown>
  /** When it came. */
  readonly at = Date.now()

  constructor(init: { status: number; code: Problem['code']; message: string; fields?: FieldError[]; retryAfter?: number | null; requestId?: string | null; body?: Record<string, unknown> }) {
    super(init.message)
    this.status = init.status
    this.code = init.code
    this.fields = init.fields ?? []
    this.retryAfter = init.retryAfter ?? null
    this.requestId = init.requestId ?? null
    this.body = init.body ?? {}
  }
}

/** No answer came: the network, the API or the time limit. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

export const isNotFound = (error: unknown): boolean => error instanceof Problem && error.status === 404
export const isUnauthenticated = (error: unknown): boolean => error instanceof Problem && error.status === 401

/** `Retry-After` is either seconds or a date. */
export function retryAfterOf(header: string | null, now: number): number | null {
  if (header === null || header.trim() === '') return null
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

/** Reads a problem document, and makes one up for answers that are none (a proxy's error page, say). */
export async function problemOf(response: Response): Promise<Problem> {
  let body: Record<string, unknown> = {}
  try {
    const parsed: unknown = await response.json()
    if (typeof parsed === 'object' && parsed !== null) body = parsed as Record<string, unknown>
  } catch {
    // Not JSON: the status has to do.
  }
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
  const fields = Array.isArray(body.errors) ? body.errors : []
  return new Problem({
    status: response.status,
    code: (text(body.code) as Code | null) ?? `http_${response.status}`,
    message: text(body.detail) ?? text(body.title) ?? `HTTP ${response.status}`,
    fields: fields.flatMap((entry: unknown) => {
      const { field, message } = (entry ?? {}) as Record<string, unknown>
      return typeof field === 'string' && typeof message === 'string' ? [{ field, message }] : []
    }),
    retryAfter: retryAfterOf(response.headers.get('retry-after'), Date.now()),
    requestId: response.headers.get('x-request-id') ?? text(body.requestId),
    body,
  })
}
