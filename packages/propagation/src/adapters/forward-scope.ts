import type { EventEmitter } from 'node:events'
import { type ForwardedHeaders, processState } from '../process-state.ts'
import { createRequestScope } from './request-scope.ts'

const { storage } = processState
const apply: (emit: (...args: unknown[]) => boolean, emitter: unknown, args: unknown[]) => boolean = Reflect.apply

const scope = createRequestScope<ForwardedHeaders>({
  active: () => storage.getStore(),
  run: (headers, emit, emitter, args) => storage.run(headers, apply, emit, emitter, args),
})

/** Lets `currentForwardHeaders()` return `headers` in all listeners of a request and its response. */
export function bindForwardHeaders(headers: ForwardedHeaders, request: EventEmitter, response: EventEmitter): void {
  scope.bind(request, headers)
  scope.bind(response, headers)
}

/** The same for all listeners that serve requests of a server, once their request is bound. */
export function bindForwardServer(server: EventEmitter): void {
  scope.bindServer(server)
}
