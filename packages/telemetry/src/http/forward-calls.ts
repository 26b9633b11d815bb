import { currentForwardHeaders, type HeaderSetter } from '@throughline/propagation'
import type { CallObserver } from './call-observer.ts'

/** Sets the headers of the request that is being served on every call; makes no spans. */
export const forwardCalls: CallObserver<never> = {
  start<Carrier>(_method: string, carrier: Carrier, setter: HeaderSetter<Carrier>) {
    const headers = currentForwardHeaders()
    for (const name in headers) setter.set(carrier, name, headers[name] ?? '')
    return undefined
  },
  describe() {
    // Nothing is started, so nothing is described,
  },
  end() {
    // nor ended.
  },
}
