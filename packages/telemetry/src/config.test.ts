import { describe, expect, it } from 'vitest'
import { isSdkDisabled, loadTelemetryConfig } from './config.ts'
import { TelemetryConfigError } from './telemetry-error.ts'

describe('loadTelemetryConfig', () => {
  it('has a default for everything', () => {
    expect(loadTelemetryConfig({})).toEqual({
      instrumentation: 'diagnostics',
      exporters: ['otlp'],
      otlpProtocol: 'http/protobuf',
      meshPropagation: true,
      hint: 'auto',
      sampler: 'parentbased_always_on',
      samplerRatio: 1,
      batch: {
        maxQueueSize: 16_384,
        maxExportBatchSize: 2048,
        scheduledDelayMillis: 1000,
        exportTimeoutMillis: 30_000,
      },
    })
  })

  it('takes an empty variable for an unset one', () => {
    const empty = {
      OTEL_TRACES_EXPORTER: '',
      OTEL_PROPAGATORS: ' ',
      OTEL_TRACES_SAMPLER: '',
      OTEL_BSP_SCHEDULE_DELAY: '',
    }
    expect(loadTelemetryConfig(empty)).toEqual(loadTelemetryConfig({}))
  })

  it('takes several exporters, once each', () => {
    expect(loadTelemetryConfig({ OTEL_TRACES_EXPORTER: 'zipkin, otlp,zipkin' }).exporters).toEqual(['zipkin', 'otlp'])
    expect(loadTelemetryConfig({ OTEL_TRACES_EXPORTER: 'none' }).exporters).toEqual([])
  })

  it('takes the protocol for traces before the one for all signals', () => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }
    expect(loadTelemetryConfig(env).otlpProtocol).toBe('http/json')
  })

  it('names every bad variable and what is valid in one error', () => {
    const load = () =>
      loadTelemetryConfig({
        OTEL_TRACES_EXPORTER: 'otlp,xray',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        TRACE_INSTRUMENTATION: 'magic',
        TRACE_CONTEXT_HINT: 'zipkin',
        OTEL_TRACES_SAMPLER: 'sometimes',
        OTEL_TRACES_SAMPLER_ARG: '10%',
        OTEL_BSP_MAX_QUEUE_SIZE: '-1',
      })
    expect(load).toThrow(TelemetryConfigError)
    expect(load).toThrow(expect.objectContaining({ code: 'TL_TELEMETRY_CONFIG' }))
    expect(load).toThrow('OTEL_TRACES_EXPORTER=xray is unknown, use otlp, jaeger, zipkin, console or none')
    expect(load).toThrow('OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not supported, use http/protobuf or http/json')
    expect(load).toThrow('TRACE_INSTRUMENTATION=magic is not supported, use diagnostics or stock')
    expect(load).toThrow('TRACE_CONTEXT_HINT=zipkin is not supported, use auto, w3c or b3')
    expect(load).toThrow('OTEL_TRACES_SAMPLER=sometimes is not supported')
    expect(load).toThrow('OTEL_TRACES_SAMPLER_ARG=10% is not a number from 0 to 1')
    expect(load).toThrow('OTEL_BSP_MAX_QUEUE_SIZE=-1 is not a positive whole number')
  })

  it('refuses none beside another exporter', () => {
    expect(() => loadTelemetryConfig({ OTEL_TRACES_EXPORTER: 'none,otlp' })).toThrow('none beside other exporters')
  })
})

describe('isSdkDisabled', () => {
  it('is true for true only, in any case', () => {
    expect(['true', 'TRUE', ' true '].every((value) => isSdkDisabled({ OTEL_SDK_DISABLED: value }))).toBe(true)
    expect(['1', 'yes', '', undefined].some((value) => isSdkDisabled({ OTEL_SDK_DISABLED: value }))).toBe(false)
  })
})
