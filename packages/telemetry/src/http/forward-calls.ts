import { currentForwardHeaders, type HeaderSetter } from '@throughline/propagation'
import { observeStart } from './call-observer.ts'

/** Sets the headers of the request that is being served on every call; makes no spans. */
export const forwardCalls = observeStart(
  <Carrier>(_method: string, carrier: Carrier, setter: HeaderSetter<Carrier>): undefined => {
    const headers = currentForwardHeaders()
    for (const name in headers) setter.set(carrier, name, headers[name] ?? '')
  },
)
