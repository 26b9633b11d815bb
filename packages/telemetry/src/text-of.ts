import { propertyOf } from './property-of.ts'

/** Anything as one text for a log line: of an error its message. Never throws, whatever a program has thrown. */
export function textOf(value: unknown): string {
  try {
    return describe(value)
  } catch {
    return typeof value
  }
}

/** The SDK reports exceptions as JSON with a stack; the message is what an operator reads. */
function describe(value: unknown): string {
  if (value instanceof Error) return describeError(value)
  if (typeof value !== 'string') return JSON.stringify(value) ?? String(value)
  return value.startsWith('{"') ? describeJson(value) : value
}

function describeJson(text: string): string {
  try {
    return describeError(JSON.parse(text))
  } catch {
    return text
  }
}

/** Connecting to a name with two addresses fails with an AggregateError that has a code and no message. */
function describeError(error: unknown): string {
  const [message, errors, name, code] = ['message', 'errors', 'name', 'code'].map((key) => propertyOf(error, key))
  const causes = Array.isArray(errors) ? errors.map(messageOf).join(', ') : errors
  const reason = [message, causes, name].find((part) => typeof part === 'string' && part !== '')
  const text = typeof reason === 'string' ? reason : 'unknown error'
  return typeof code !== 'string' || text.includes(code) ? text : `${text} (${code})`
}

function messageOf(cause: unknown): unknown {
  return typeof cause === 'string' ? cause : propertyOf(cause, 'message')
}
