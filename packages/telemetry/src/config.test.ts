import { describe, expect, it } from 'vitest'
import { isSdkDisabled, loadTelemetryConfig } from './config.ts'
import { TelemetryConfigError } from './telemetry-error.ts'

describe('loadTelemetryConfig', () => {
  it('has a default for everything', () => {
    expect(loadTelemetryConfig({})).toEqual({
      instrumentation: 'diagnostics',
      exporters: ['otlp'],
      otlpProtocol: 'http/protobuf',
      otlpTimeoutMillis: 10_000,
      meshPropagation: true,
      propagation: { hint: 'auto', edge: false, requestId: 'uuid' },
      sampler: 'parentbased_always_on',
      samplerRatio: 1,
      batch: {
        maxBytes: 33_554_432,
        maxQueueSize: undefined,
        maxExportBatchSize: 2048,
        scheduledDelayMillis: 1000,
        exportTimeoutMillis: 30_000,
      },
    })
  })

  it('treats an empty variable as unset', () => {
    const empty = {
      OTEL_TRACES_EXPORTER: '',
      OTEL_PROPAGATORS: ' ',
      OTEL_TRACES_SAMPLER: '',
      OTEL_BSP_SCHEDULE_DELAY: '',
    }
    expect(loadTelemetryConfig(empty)).toEqual(loadTelemetryConfig({}))
  })

  it('accepts several exporters, once each', () => {
    expect(loadTelemetryConfig({ OTEL_TRACES_EXPORTER: 'zipkin, otlp,zipkin' }).exporters).toEqual(['zipkin', 'otlp'])
    expect(loadTelemetryConfig({ OTEL_TRACES_EXPORTER: 'none' }).exporters).toEqual([])
  })

  it('accepts names in any case, and numbers in any notation', () => {
    const config = loadTelemetryConfig({
      OTEL_TRACES_EXPORTER: 'OTLP,Zipkin',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'HTTP/JSON',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'GZip',
      OTEL_PROPAGATORS: 'B3,TraceContext',
      TRACE_INSTRUMENTATION: 'Stock',
      TRACE_CONTEXT_HINT: 'B3',
      OTEL_TRACES_SAMPLER: 'TraceIDRatio',
      OTEL_TRACES_SAMPLER_ARG: '1e-05',
      OTEL_BSP_MAX_QUEUE_SIZE: '1e3',
    })
    expect(config).toMatchObject({
      exporters: ['otlp', 'zipkin'],
      otlpProtocol: 'http/json',
      meshPropagation: false,
      instrumentation: 'stock',
      propagation: { hint: 'b3' },
      sampler: 'traceidratio',
      samplerRatio: 0.000_01,
      batch: { maxQueueSize: 1000 },
    })
    expect(loadTelemetryConfig({ OTEL_TRACES_SAMPLER: 'ALWAYS_ON' }).sampler).toBe('always_on')
  })

  it('accepts 0 as no delay and as no time limit', () => {
    const { batch, otlpTimeoutMillis } = loadTelemetryConfig({
      OTEL_BSP_SCHEDULE_DELAY: '0',
      OTEL_BSP_EXPORT_TIMEOUT: '0',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '0',
    })
    expect(batch).toMatchObject({ scheduledDelayMillis: 0, exportTimeoutMillis: Infinity })
    expect(otlpTimeoutMillis).toBe(Infinity)
  })

  it.each([undefined, 'always_on', 'parentbased_always_off'])(
    'lets %s have an argument that only a ratio sampler reads',
    (sampler) => {
      const env = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: 'endpoint=http://localhost:14250' }
      expect(loadTelemetryConfig(env).samplerRatio).toBe(1)
    },
  )

  it.each(['-0.1', '1.1', '10%', '0x1', 'NaN', 'Infinity'])('refuses a ratio of %s', (ratio) => {
    const env = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: ratio }
    expect(() => loadTelemetryConfig(env)).toThrow(`OTEL_TRACES_SAMPLER_ARG=${ratio} is not a number from 0 to 1`)
  })

  it('prefers the protocol for traces over the one for all signals', () => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }
    expect(loadTelemetryConfig(env).otlpProtocol).toBe('http/json')
  })

  it('names every bad variable and its valid values in one error', () => {
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

  it.each([
    ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', '"http://collector:4318"'],
    ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', ' http://collector:4318'],
    ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://collector:4317'],
    ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', '/v1/traces'],
    ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:port'],
    ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318?key=1'],
    ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318/?'],
    ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318#'],
    ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'http://${COLLECTOR}:4318'],
    ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'http://one,http://other'],
    ['otlp', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://{{ .Host }}:4318/v1/traces'],
    ['otlp', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://*:4318/v1/traces'],
    ['otlp', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'localhost:4318/v1/traces'],
    ['otlp', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://collector:4318/v1/traces '],
    ['otlp', 'OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd'],
    ['otlp', 'OTEL_EXPORTER_OTLP_TIMEOUT', '10s'],
    ['otlp', 'OTEL_EXPORTER_OTLP_CERTIFICATE', '/nowhere/ca.pem'],
    ['otlp', 'OTEL_EXPORTER_OTLP_CERTIFICATE', '/'],
    ['otlp', 'OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE', '/dev/null'],
    ['otlp', 'OTEL_EXPORTER_OTLP_CERTIFICATE', import.meta.filename],
    ['otlp', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', import.meta.filename],
    ['otlp', 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY', import.meta.filename],
    ['otlp', 'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', '"gzip"'],
    ['otlp', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', '"http/protobuf"'],
    ['otlp', 'OTEL_BSP_SCHEDULE_DELAY', '"1000"'],
    ['otlp', 'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS', '"GET,POST"'],
    ['otlp', 'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS', 'GET;POST'],
    ['zipkin', 'OTEL_EXPORTER_ZIPKIN_ENDPOINT', 'zipkin:9411/api/v2/spans'],
    ['zipkin', 'OTEL_EXPORTER_ZIPKIN_ENDPOINT', 'http://$ZIPKIN:9411/api/v2/spans'],
    ['jaeger', 'OTEL_EXPORTER_JAEGER_ENDPOINT', 'jaeger:14268/api/traces'],
    ['jaeger', 'OTEL_EXPORTER_JAEGER_AGENT_PORT', '66000'],
    ['jaeger', 'OTEL_EXPORTER_JAEGER_AGENT_HOST', '"jaeger"'],
    ['jaeger', 'OTEL_EXPORTER_JAEGER_AGENT_HOST', 'jaeger:6832'],
    ['jaeger', 'OTEL_EXPORTER_JAEGER_AGENT_HOST', 'http://jaeger'],
    ['jaeger', 'OTEL_EXPORTER_JAEGER_AGENT_HOST', ' jaeger'],
    [undefined, 'OTEL_PROPAGATORS', 'w3c'],
  ])('names a variable and value that the exporter can’t use: %s, %s=%s', (exporter, name, value) => {
    const load = () => loadTelemetryConfig({ OTEL_TRACES_EXPORTER: exporter, [name]: value })
    expect(load).toThrow(TelemetryConfigError)
    expect(load).toThrow(`${name}=${value} `)
  })

  it('names a header that cannot be sent, without its value', () => {
    const load = () => loadTelemetryConfig({ OTEL_EXPORTER_OTLP_HEADERS: 'a b=secret' })
    expect(load).toThrow('OTEL_EXPORTER_OTLP_HEADERS has a header named a b')
    expect(load).not.toThrow('secret')
  })

  it.each(['secret', 'Authorization: Bearer secret', 'a=b,secret', '=secret', ' =secret', 'a;b=secret'])(
    'says which member of a list of headers names none, without its value: %s',
    (list) => {
      const load = () => loadTelemetryConfig({ OTEL_EXPORTER_OTLP_TRACES_HEADERS: list })
      const member = list.startsWith('a=b') ? 2 : 1
      expect(load).toThrow(`OTEL_EXPORTER_OTLP_TRACES_HEADERS has no name=value as its member ${member}`)
      expect(load).not.toThrow('secret')
    },
  )

  it.each(['', ' ', ',', 'a=b,', 'a=', ' a = b , c=d;e=f', 'a=1=2'])('takes a list of headers like %j', (list) => {
    expect(loadTelemetryConfig({ OTEL_EXPORTER_OTLP_HEADERS: list }).exporters).toEqual(['otlp'])
  })

  it.each(['http://collector_1:4318', 'HTTPS://Collector.example:4318/otlp/', 'http://[2001:db8::1]', 'http://bücher'])(
    'takes an address like %s',
    (endpoint) => {
      expect(loadTelemetryConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }).exporters).toEqual(['otlp'])
    },
  )

  it.each(['jaeger', 'jaeger.example', '192.0.2.1', '2001:db8::1', ''])('takes an agent like %j', (host) => {
    const env = { OTEL_TRACES_EXPORTER: 'jaeger', OTEL_EXPORTER_JAEGER_AGENT_HOST: host }
    expect(loadTelemetryConfig(env).exporters).toEqual(['jaeger'])
    const unused = { ...env, OTEL_EXPORTER_JAEGER_AGENT_HOST: '"', OTEL_EXPORTER_JAEGER_ENDPOINT: 'http://jaeger/api' }
    expect(loadTelemetryConfig(unused).exporters).toEqual(['jaeger'])
  })

  it('ignores variables of exporters that are not in use', () => {
    const env = { OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'zipkin:9411', OTEL_EXPORTER_OTLP_ENDPOINT: 'https://[::1]:4318/otlp' }
    expect(loadTelemetryConfig(env).exporters).toEqual(['otlp'])
    expect(
      loadTelemetryConfig({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'x', OTEL_TRACES_EXPORTER: 'none' }).exporters,
    ).toEqual([])
    const specific = { OTEL_EXPORTER_OTLP_ENDPOINT: 'x', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x/?key=1' }
    expect(loadTelemetryConfig(specific).exporters).toEqual(['otlp'])
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
