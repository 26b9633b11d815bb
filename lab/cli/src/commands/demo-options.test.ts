import { describe, expect, it } from 'vitest'
import { parseDemoOptions } from './demo-options.ts'
import { forwardedEnvironment } from './forwarded-environment.ts'

describe('flags of the demo', () => {
  it('each have a default', () => {
    expect(parseDemoOptions([], {})).toEqual({
      mesh: 'static-envoy',
      topology: 'loopback',
      bypass: 'open',
      tracer: 'opentelemetry',
      ownService: undefined,
      port: 9002,
      allowedHosts: [],
      open: false,
      freePorts: false,
      help: false,
    })
  })

  it('accepts every flag', () => {
    const flags =
      '--tracer zipkin --jaeger http://j:16686 --otlp http://j:1 --zipkin http://j:2 --port 80 --open --no-mesh --free-ports --topology namespaces --bypass closed'
    expect(parseDemoOptions(flags.split(' '), {})).toEqual({
      mesh: 'none',
      topology: 'namespaces',
      bypass: 'closed',
      tracer: 'zipkin',
      jaeger: 'http://j:16686',
      otlp: 'http://j:1',
      zipkin: 'http://j:2',
      port: 80,
      allowedHosts: [],
      open: true,
      freePorts: true,
      help: false,
    })
  })

  it('accepts host names of this machine from the environment, and refuses anything else', () => {
    const options = parseDemoOptions([], { ALLOWED_HOSTS: 'laptop.local, *.lab.example,' })
    expect(options.allowedHosts).toEqual(['laptop.local', '*.lab.example'])
    expect(() => parseDemoOptions([], { ALLOWED_HOSTS: 'http://a' })).toThrow(
      'ALLOWED_HOSTS must be a comma-separated list of host names',
    )
  })

  it('reads the mesh and the pods from a chart, which then decides the options for both', () => {
    const { bypass, ...options } = parseDemoOptions(['--values', 'my.yaml'], {})
    expect(bypass).toBeUndefined()
    expect(options).toMatchObject({
      mesh: 'consul',
      topology: 'namespaces',
      tracer: 'zipkin',
      fromChart: { values: 'my.yaml' },
    })
    expect(parseDemoOptions(['--from-chart'], {}).fromChart).toEqual({})
  })

  it.each([
    ['http://127.0.0.1:8080', { host: '127.0.0.1', port: 8080, path: '/' }],
    ['http://127.0.0.1:8080/', { host: '127.0.0.1', port: 8080, path: '/' }],
    ['http://localhost:3000/api/orders/', { host: 'localhost', port: 3000, path: '/api/orders' }],
    ['HTTP://Shop.Example', { host: 'shop.example', port: 80, path: '/' }],
    ['http://[::1]:8080/x', { host: '::1', port: 8080, path: '/x' }],
    ['http://[::]:8080', { host: '::1', port: 8080, path: '/' }],
    ['http://0.0.0.0:8080', { host: '127.0.0.1', port: 8080, path: '/' }],
    ['http://127.0.0.1:9001', { host: '127.0.0.1', port: 9001, path: '/' }],
  ])('puts %s in the place of counting', (url, expected) => {
    const { ownService } = parseDemoOptions(['--counting', url, '--command', 'npm start'], {})
    expect(ownService).toEqual({ url, ...expected, command: 'npm start' })
    expect(parseDemoOptions(['--counting', url], {}).ownService?.command).toBeUndefined()
  })

  it('allows a port of the demo elsewhere, or with free ports', () => {
    for (const args of [['http://10.0.0.7:9101'], ['http://127.0.0.1:9101', '--free-ports']]) {
      expect(parseDemoOptions(['--counting', ...args], {}).ownService?.port).toBe(9101)
    }
  })

  it('starts with a broken trace, which needs sidecars', () => {
    expect(parseDemoOptions(['--break', 'tlv104'], {}).break).toBe('TLV104')
    expect(() => parseDemoOptions(['--break', 'TLV999'], {})).toThrow(/--break must be one of TLV101, .*, not "TLV999"/)
    expect(() => parseDemoOptions(['--break', 'TLV104', '--no-mesh'], {})).toThrow('exclude each other')
  })

  it('reads the port from --port, then from PORT', () => {
    expect(parseDemoOptions([], { PORT: '8080' }).port).toBe(8080)
    expect(parseDemoOptions(['--port', '8081'], { PORT: '8080' }).port).toBe(8081)
  })

  it.each([
    [['--bogus'], {}, "Unknown option '--bogus'"],
    [['extra'], {}, "Unexpected argument 'extra'"],
    [['--port'], {}, "Option '--port <value>' argument missing"],
    [['--port', '0'], {}, '--port must be a port from 1 to 65535, not "0"'],
    [['--port', '65536'], {}, '--port must be a port from 1 to 65535, not "65536"'],
    [['--port', '1e3'], {}, '--port must be a port from 1 to 65535, not "1e3"'],
    [[], { PORT: 'abc' }, 'PORT must be a port from 1 to 65535, not "abc"'],
    [
      ['--tracer', 'jaeger'],
      {},
      '--tracer must be one of opentelemetry, zipkin, zipkin-w3c, datadog, none, not "jaeger"',
    ],
    [['--mesh', 'linkerd'], {}, '--mesh must be one of static-envoy'],
    [['--mesh', 'static-envoy', '--no-mesh'], {}, '--no-mesh and --mesh exclude each other'],
    [['--from-chart', '--mesh', 'istio'], {}, '--from-chart is for --mesh consul'],
    [['--from-chart', '--bypass', 'open'], {}, '--from-chart and --bypass exclude each other'],
    [['--topology', 'ring'], {}, '--topology must be one of loopback, namespaces, not "ring"'],
    [['--bypass', 'ajar'], {}, '--bypass must be one of open, closed,'],
    [['--jaeger', 'j:16686'], {}, '--jaeger must be an http:// URL, not "j:16686"'],
    [['--otlp', 'http://j:4318'], {}, '--otlp and --zipkin belong to --jaeger'],
    [['--command', 'npm start'], {}, '--command starts the service that --counting names'],
    [['--counting', 'http://a', '--command', ' '], {}, '--command must be a shell command'],
    [['--counting', '127.0.0.1:8080'], {}, '--counting must be an http:// URL such as http://127.0.0.1:8080, not'],
    [['--counting', 'localhost:8080'], {}, '--counting must be an http:// URL such as http://127.0.0.1:8080, not'],
    [['--counting', ''], {}, '--counting must have a value'],
    [['--values='], {}, '--values must have a value'],
    [['--port='], {}, '--port must have a value'],
    [['--counting', 'https://127.0.0.1:8443'], {}, 'yours speaks plain HTTP to the one beside it, not "https:'],
    [['--counting', 'http://me:secret@a'], {}, 'without a user or a password'],
    [['--counting', 'http://a/b?c=d'], {}, 'without a query or a fragment'],
    [['--counting', 'http://127.0.0.1:0'], {}, 'with a port from 1 to 65535'],
    [['--counting', 'http://127.0.0.1:9101'], {}, 'is a port of the demo itself (outbound)'],
    [['--counting', 'http://localhost:8000', '--port', '8000'], {}, 'is a port of the demo itself (dashboard)'],
    [['--counting', 'http://a', '--bypass', 'closed'], {}, '--bypass closed and --counting exclude each other'],
    [['--counting', 'http://a', '--from-chart'], {}, '--from-chart and --counting exclude each other'],
    [['--counting', 'http://a', '--mesh', 'istio'], {}, 'localhost, 127.0.0.1 or [::1], not a'],
    [['--counting', 'http://127.0.0.2', '--mesh', 'istio'], {}, 'localhost, 127.0.0.1 or [::1], not 127.0.0.2'],
    [
      ['--counting', 'http://a', '--topology', 'namespaces'],
      {},
      '--topology namespaces and --counting exclude each other',
    ],
  ])('refuses %j with %j in one clear message', (args, env, message) => {
    const parse = () => parseDemoOptions(args, env)
    expect(parse).toThrow(message)
    expect(parse).toThrow(expect.objectContaining({ code: 'TL_USAGE' }))
  })
})

describe('the variables that the demo forwards', () => {
  it('configure the services, but not where their spans go', () => {
    const env = {
      FAULTS: 'on',
      OTEL_SDK_DISABLED: 'true',
      OTEL_EXPORTER_JAEGER_ENDPOINT: 'http://j',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://elsewhere',
      OTEL_SERVICE_NAME: 'mine',
      PORT: '1',
      HOME: '/root',
    }
    expect(Object.keys(forwardedEnvironment(env))).toEqual([
      'FAULTS',
      'OTEL_SDK_DISABLED',
      'OTEL_EXPORTER_JAEGER_ENDPOINT',
    ])
  })
})
