import { z } from 'zod'
import { ServiceError } from './errors.ts'

/** Builders for the kinds of value that the services read from the environment. */
export const variable = {
  /** A whole number within bounds; `PORT=abc` and `PORT=70000` are errors. */
  integer: (min: number, max: number) =>
    z
      .string({ error: 'must be set' })
      .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
      .transform(Number)
      .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`),
  /** An absolute http or https address, returned without a trailing slash. */
  httpUrl: () =>
    z
      .string({ error: 'must be set' })
      .refine(isHttpUrl, 'must be an address such as http://localhost:9001')
      .refine((url) => !isHttpUrl(url) || canDecode(new URL(url)), 'must have %25 for a % in its user name or password')
      .transform((url) => url.replace(/(?<!\/)\/+$/, '')),
  /** One of a few words. */
  oneOf: <const T extends readonly [string, ...string[]]>(...words: T) =>
    z.enum(words, { error: `must be one of: ${words.join(', ')}` }),
  /** Host names with commas between them; `*` is every name. */
  hostNames: () =>
    z
      .string({ error: 'must be set' })
      .regex(/^[\w.*-]+(?:,[\w.*-]+)*$/, 'must be comma-separated host names, or *')
      .transform((names) => names.split(',')),
  text: () => z.string({ error: 'must be set' }),
}

/** Variables that both services read. */
export const serviceVariables = {
  HOST: variable.text().default('0.0.0.0'),
  SOCKET_PATH: variable.text().optional(),
  ALLOWED_HOSTS: variable.hostNames().default([]),
  LOG_LEVEL: variable.oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent').default('info'),
  FAULTS: variable.oneOf('on', 'off').default('off'),
  DRAIN_DELAY_MS: variable.integer(0, 600_000).default(0),
  DRAIN_TIMEOUT_MS: variable.integer(0, 600_000).default(10_000),
}

/**
 * Reads a typed, frozen configuration from the environment. An empty variable counts as unset, as in the OpenTelemetry
 * specification.
 * @throws ServiceError `TL_CONFIG`: one error that names every bad variable, its value and what it should be.
 */
export function loadConfig<T extends z.ZodRawShape>(
  shape: T,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<z.ZodObject<T>>> {
  const values = Object.fromEntries(Object.keys(shape).map((name) => [name, env[name] || undefined]))
  const result = z.object(shape).safeParse(values)
  if (result.success) return Object.freeze(result.data)
  const lines = result.error.issues.map((issue) => {
    const name = String(issue.path[0])
    return `  ${name}=${values[name] ?? ''}: ${issue.message}`
  })
  throw new ServiceError('TL_CONFIG', `cannot start with this environment:\n${[...new Set(lines)].join('\n')}`)
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

/** Node and HTTP clients throw only when they send to an address whose credentials they can't decode. */
function canDecode({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username)
    decodeURIComponent(password)
    return true
  } catch {
    return false
  }
}
