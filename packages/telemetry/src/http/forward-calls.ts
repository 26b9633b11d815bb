import { currentForwardHeaders } from '@throughline/propagation'
import { observeStart } from './call-observer.ts'

/** Sets the headers of the request that is being served on every call; makes no spans. */
export const forwardCalls = observeStart((_method, headers) => {
  headers.push(...Object.entries(currentForwardHeaders()))
  return undefined
})
