import { context } from '@opentelemetry/api'
import { getRpcMetadata } from './rpc-metadata.ts'

/**
 * Names the route of the request that is being served, such as `/users/:id`, for frameworks that tell no one: the server
 * span gets `http.route` and the name `GET /users/:id`. The last call counts, and nothing happens where there is no
 * such span or the route is undefined.
 *
 * Never put anything of the client in it: names of spans are few.
 */
export function setRoute(route: string | RegExp | undefined): void {
  const metadata = getRpcMetadata(context.active())
  if (metadata !== undefined && route !== undefined) metadata.route = String(route)
}
