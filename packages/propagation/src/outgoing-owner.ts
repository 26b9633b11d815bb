import { processState } from './process-state.ts'

/**
 * Claims the trace headers of every outgoing call in this process, for code that sets them for any client. The
 * adapters of this package then leave them alone.
 *
 * @returns a function that releases them; `undefined` if they are already claimed.
 */
export function claimOutgoingHeaders(): (() => void) | undefined {
  if (processState.owned) return undefined
  processState.owned = true
  return () => {
    processState.owned = false
  }
}

/** Whether something sets the trace headers of every outgoing call in this process. */
export function areOutgoingHeadersClaimed(): boolean {
  return processState.owned
}
