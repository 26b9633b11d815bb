import type { ExtractOptions } from './extract.ts'

const HINTS = ['auto', 'w3c', 'b3'] as const
const REQUEST_IDS = ['uuid', 'any'] as const

/** The propagation settings of the environment, and one sentence for each variable with an invalid value. */
export interface PropagationEnvironment {
  readonly options: Required<ExtractOptions>
  readonly problems: readonly string[]
}

/**
 * Reads `TRACE_CONTEXT_HINT` (`auto`, `w3c` or `b3`), `TRACE_CONTEXT_EDGE` (`true` or `false`) and `TRACE_REQUEST_ID`
 * (`uuid` or `any`), in any case. An unset or empty variable has its default, the first of each but for
 * `TRACE_CONTEXT_EDGE`, which is `false`; so has one with a bad value.
 */
export function readPropagationEnvironment(env: Readonly<Record<string, string | undefined>>): PropagationEnvironment {
  const problems: string[] = []
  const oneOf = <T extends string>(name: string, valid: readonly [T, ...T[]]): T => {
    const value = env[name]?.trim() || valid[0]
    const found = valid.find((candidate) => candidate === value.toLowerCase())
    if (found !== undefined) return found
    problems.push(`${name}=${value} is not supported, use ${valid.slice(0, -1).join(', ')} or ${valid.at(-1)}`)
    return valid[0]
  }
  const options = {
    hint: oneOf('TRACE_CONTEXT_HINT', HINTS),
    edge: oneOf('TRACE_CONTEXT_EDGE', ['false', 'true']) === 'true',
    requestId: oneOf('TRACE_REQUEST_ID', REQUEST_IDS),
  }
  return { options, problems }
}
