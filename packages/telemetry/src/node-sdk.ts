import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node'
import { AsyncContextManager } from './context-manager.ts'
import { withOtelEnvironment } from './environment.ts'
import { explainMissing } from './load-optional.ts'
import type { Sdk, SdkParts } from './sdk.ts'

/**
 * `@opentelemetry/sdk-node`, which has metrics, logs, the standard propagators and resource detectors too.
 *
 * @param reason the setting that needs it, for the message if it is not installed.
 */
export async function createNodeSdk(parts: SdkParts, reason: string): Promise<Sdk> {
  const { propagator } = parts
  return loadNodeSdk(parts, reason, {
    contextManager: new AsyncContextManager(),
    ...(propagator !== undefined && { textMapPropagator: propagator }),
  })
}

/** What the SDK registers beside its tracers; null for what is registered already. */
type Globals = Pick<Partial<NodeSDKConfiguration>, 'contextManager' | 'textMapPropagator'>

export async function loadNodeSdk(parts: SdkParts, reason: string, globals: Globals): Promise<Sdk> {
  const { NodeSDK } = await importNodeSdk(reason)
  const { env, serviceName, instrumentations, spanProcessors, sampler } = parts
  const sdk = withOtelEnvironment(
    env,
    () =>
      new NodeSDK({
        ...globals,
        instrumentations,
        spanProcessors,
        sampler,
        ...(!namesService(env) && { serviceName }),
      }),
  )
  return { start: () => withOtelEnvironment(env, () => sdk.start()), shutdown: () => sdk.shutdown() }
}

/**
 * OpenTelemetry's order: `OTEL_SERVICE_NAME`, then `service.name` of `OTEL_RESOURCE_ATTRIBUTES`, then the
 * program's.
 */
function namesService(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.OTEL_SERVICE_NAME?.trim()) || /(^|,)\s*service\.name\s*=/.test(env.OTEL_RESOURCE_ATTRIBUTES ?? '')
}

async function importNodeSdk(reason: string) {
  try {
    return await import('@opentelemetry/sdk-node')
  } catch (error) {
    throw explainMissing(error, reason, ['@opentelemetry/sdk-node'])
  }
}
