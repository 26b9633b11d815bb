import { context } from '@opentelemetry/api'
import { getRpcMetadata } from './rpc-metadata.ts'

/**
 * Names the route of the current request, such as `/users/:id`, for frameworks that don't expose it: the server
 * span gets `http.route` and the name `GET /users/:id`. The last call wins, and nothing happens without such a span or
 * with an undefined route.
 *
 * Never include client input: span names need low cardinality.
 */
export function setRoute(route: string | RegExp | undefined): void {
  const metadata = getRpcMetadata(context.active())
  if (metadata !== undefined && route !== undefined) metadata.route = String(route)
}
