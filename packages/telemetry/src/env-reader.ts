/** A decimal number in common notations: `1`, `.5`, `1e-05`. */
const NUMBER = /^\+?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/** Reads variables, and records a sentence about each invalid one. */
export interface EnvReader {
  readonly problems: string[]
  /** Without whitespace around it; undefined when there is nothing else. */
  text(name: string): string | undefined
  /** One of some names, in any case: OpenTelemetry, "Environment variable specification", Enum. */
  oneOf<T extends string>(name: string, valid: readonly T[], fallback: T): T
  /** Several of some names, with commas, once each. */
  listOf<T extends string>(name: string, valid: readonly T[]): T[]
  /** A whole number from 1 up. */
  positive<T extends number | undefined>(name: string, fallback: T): number | T
  /** A whole number from 0 up. */
  count<T extends number | undefined>(name: string, fallback: T): number | T
  /** Milliseconds from 0 up. */
  duration(name: string, fallback: number): number
  /** The same where 0 means that there is no limit, which is `Infinity` here. */
  timeout(name: string, fallback: number): number
  /** A number from 0 to 1. */
  ratio(name: string, fallback: number): number
}

export function createEnvReader(env: NodeJS.ProcessEnv): EnvReader {
  const problems: string[] = []
  const text = (name: string): string | undefined => env[name]?.trim() || undefined

  const number = <T extends number | undefined>(
    name: string,
    { fallback, what, accepts }: { fallback: T; what: string; accepts: (value: number) => boolean },
  ): number | T => {
    const value = text(name)
    if (value === undefined) return fallback
    if (NUMBER.test(value) && accepts(Number(value))) return Number(value)
    problems.push(`${name}=${value} is not ${what}`)
    return fallback
  }
  const duration = (name: string, fallback: number): number =>
    number(name, { fallback, what: 'a whole number of milliseconds', accepts: isMilliseconds })

  return {
    problems,
    text,
    oneOf(name, valid, fallback) {
      const value = text(name) ?? fallback
      const known = find(valid, value)
      if (known === undefined) problems.push(`${name}=${value} is not supported, use ${formatList(valid)}`)
      return known ?? fallback
    },
    listOf(name, valid) {
      const names = (text(name) ?? '').split(',').map((item) => item.trim())
      const requested = new Set(names.filter(Boolean))
      const unknown = [...requested].filter((item) => find(valid, item) === undefined)
      if (unknown.length > 0) problems.push(`${name}=${unknown.join(',')} is unknown, use ${formatList(valid)}`)
      return [...new Set([...requested].map((item) => find(valid, item)).filter((item) => item !== undefined))]
    },
    positive: (name, fallback) =>
      number(name, { fallback, what: 'a positive whole number', accepts: (value) => value > 0 && isWhole(value) }),
    count: (name, fallback) => number(name, { fallback, what: 'a whole number', accepts: isWhole }),
    duration,
    timeout: (name, fallback) => duration(name, fallback) || Infinity,
    ratio: (name, fallback) => number(name, { fallback, what: 'a number from 0 to 1', accepts: (value) => value <= 1 }),
  }
}

function find<T extends string>(valid: readonly T[], value: string): T | undefined {
  return valid.find((item) => item === value.toLowerCase())
}

/** The range of a counter. */
function isWhole(value: number): boolean {
  return Number.isInteger(value) && value < 2 ** 40
}

/** The range of a timer. */
function isMilliseconds(value: number): boolean {
  return Number.isInteger(value) && value < 2 ** 31
}

function formatList(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
