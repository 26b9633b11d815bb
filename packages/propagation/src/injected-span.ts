import { processState } from './process-state.ts'

/** The span whose headers a propagator of this package wrote last, which are those of the newest call. */
export function injectedSpanId(): string | undefined {
  return processState.injectedSpanId
}
