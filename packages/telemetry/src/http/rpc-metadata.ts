import type { Context, Span } from '@opentelemetry/api'

/** The key that every version of `@opentelemetry/core` uses; the API makes keys of equal names equal. */
const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA')

/** OpenTelemetry's `RPCMetadata`: where instrumentations of frameworks find the server span, and leave the route. */
export interface RpcMetadata {
  readonly type: 'http'
  readonly span: Span
  route?: unknown
}

/** What `setRPCMetadata` of `@opentelemetry/core` does. */
export function setRpcMetadata(context: Context, metadata: RpcMetadata): Context {
  return context.setValue(RPC_METADATA, metadata)
}

/** Of the request that is being served in a context; undefined outside of one, and where its span isn't made. */
export function getRpcMetadata(context: Context): RpcMetadata | undefined {
  const metadata = context.getValue(RPC_METADATA) as RpcMetadata | undefined
  return metadata?.type === 'http' ? metadata : undefined
}
