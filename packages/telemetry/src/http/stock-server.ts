import type { Server } from 'node:http'

/** What OpenTelemetry's http instrumentation leaves in place of a method that it replaces. */
type Wrapped = ((...args: never) => unknown) & { __wrapped?: boolean; __original?: Wrapped }

/** Whether OpenTelemetry's http instrumentation makes the spans of a server's requests: a program may have it already. */
export function isServedByStock(server: Server): boolean {
  const { emit } = Object.getPrototypeOf(server) as { emit: Wrapped }
  for (let wrapper: Wrapped | undefined = emit; wrapper?.__wrapped === true; wrapper = wrapper.__original) {
    if (wrapper.name === 'incomingRequest') return true
  }
  return false
}
