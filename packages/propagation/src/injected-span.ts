import { processState } from './process-state.ts'

/** The span whose headers a propagator of this package wrote last: what a call just made has in its headers is of it. */
export function injectedSpanId(): string | undefined {
  return processState.injectedSpanId
}
