import { processState } from '../process-state.ts'
import { mayForward, type ShouldForward } from './may-forward.ts'

/** Runs a call so that any code that sets its headers applies its rule, also for each redirect. */
export function runWithRule<T>(shouldForward: ShouldForward | undefined, call: () => T): T {
  return shouldForward === undefined ? call() : processState.rules.run(shouldForward, call)
}

/** Runs a call and its request so that nothing sets headers. */
export function runWithheld<T>(call: () => T): T {
  const outer = processState.withheld
  processState.withheld = true
  try {
    return call()
  } finally {
    processState.withheld = outer
  }
}

/**
 * Whether a call that is being made may have trace headers: by the rule of the adapter that makes it, and by another.
 *
 * @param url computed only if needed.
 */
export function mayHaveHeaders(url: () => string, shouldForward?: ShouldForward): boolean {
  return !processState.withheld && mayForward(processState.rules.getStore(), url) && mayForward(shouldForward, url)
}
