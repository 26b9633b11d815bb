import { context, propagation, ProxyTracerProvider, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { MeshPropagator } from '@throughline/propagation/otel'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AsyncContextManager } from './context-manager.ts'
import { createTelemetry } from './create-telemetry.ts'

/** Which of OpenTelemetry's globals are still those of the other SDK. */
function kept(provider: TracerProvider): Record<string, boolean> {
  const proxy = trace.getTracerProvider()
  return {
    trace: proxy instanceof ProxyTracerProvider && proxy.getDelegate() === provider,
    propagation: propagation.fields().includes('traceparent'),
    context: context.with(ROOT_CONTEXT.setValue(KEY, 1), () => context.active().getValue(KEY)) === 1,
  }
}

const KEY = Symbol('own')

describe('the globals of an SDK that was registered first', () => {
  afterEach(() => {
    for (const api of [trace, propagation, context]) api.disable()
    vi.restoreAllMocks()
  })

  it.each([false, true, 'late'] as const)('stay when telemetry with nodeSdk: %s ends', async (nodeSdk) => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const provider = new TracerProvider()
    trace.setGlobalTracerProvider(provider)
    propagation.setGlobalPropagator(new MeshPropagator())
    context.setGlobalContextManager(new AsyncContextManager())
    const telemetry = await createTelemetry({ serviceName: 'shop', nodeSdk, env: { OTEL_TRACES_EXPORTER: 'console' } })
    telemetry.start()
    await telemetry.loadRest()
    expect(kept(provider)).toEqual({ trace: true, propagation: true, context: true })
    await telemetry.shutdown()
    expect(kept(provider)).toEqual({ trace: true, propagation: true, context: true })
  })
})
