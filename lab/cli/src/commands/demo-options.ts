import { parseArgs } from 'node:util'
import { demoPorts, LabError, messageOf } from '@throughline/lab-programs'
import {
  type BypassChoice,
  bypasses,
  isMeshName,
  isTracer,
  meshNames,
  type MeshName,
  topologies,
  type Topology,
  type Tracer,
  tracers,
} from '@throughline/lab-meshes'

export interface DemoOptions {
  /** `none` is without sidecars. */
  mesh: MeshName | 'none'
  topology: Topology
  /** Absent where a chart decides it. */
  bypass?: BypassChoice
  tracer: Tracer
  /** Port of the page. */
  port: number
  /** Query address of a real Jaeger. */
  jaeger?: string
  otlp?: string
  zipkin?: string
  /** Take mesh and pods from `charts/consul`, with this values file where one is named. */
  fromChart?: { values?: string }
  /** Open the page in the browser. */
  open: boolean
  /** Whatever ports are free, instead of the documented ones. */
  freePorts: boolean
  help: boolean
}

/**
 * Reads the flags of `throughline demo`; `PORT` in the environment stands in for `--port`.
 *
 * @throws LabError TL_USAGE with one line that names the flag and what it takes
 */
export function parseDemoOptions(args: string[], env: NodeJS.ProcessEnv): DemoOptions {
  const { values } = readFlags(args)
  const chart = values['from-chart'] === true || values.values !== undefined
  const tracer = values.tracer ?? (chart ? 'zipkin' : 'opentelemetry')
  if (!isTracer(tracer)) throw usage(`--tracer must be one of ${tracers.join(', ')}, not "${tracer}"`)
  if (values['no-mesh'] === true && values.mesh !== undefined) throw usage('--no-mesh and --mesh exclude each other')
  const mesh = values.mesh ?? (chart ? 'consul' : 'static-envoy')
  if (!isMeshName(mesh)) throw usage(`--mesh must be one of ${meshNames.join(', ')}, not "${mesh}"`)
  if (chart && (mesh !== 'consul' || values['no-mesh'] === true)) throw usage('--from-chart is for --mesh consul')
  const topology = oneOf(topologies, values.topology ?? (chart ? 'namespaces' : 'loopback'), '--topology')
  if (chart && values.bypass !== undefined) throw usage('--from-chart and --bypass exclude each other')
  const bypass = oneOf(bypasses, values.bypass ?? 'open', '--bypass')
  if (values.jaeger === undefined && (values.otlp !== undefined || values.zipkin !== undefined)) {
    throw usage('--otlp and --zipkin belong to --jaeger: they say where that Jaeger takes spans')
  }
  for (const flag of ['jaeger', 'otlp', 'zipkin'] as const) {
    const url = values[flag]
    if (url !== undefined && !isHttpUrl(url)) throw usage(`--${flag} must be an http:// URL, not "${url}"`)
  }
  return {
    mesh: values['no-mesh'] === true ? 'none' : mesh,
    topology,
    ...(chart ? { fromChart: values.values === undefined ? {} : { values: values.values } } : { bypass }),
    tracer,
    port:
      values.port === undefined
        ? parsePort('PORT', env['PORT'] ?? String(demoPorts.dashboard))
        : parsePort('--port', values.port),
    ...(values.jaeger !== undefined && { jaeger: values.jaeger }),
    ...(values.otlp !== undefined && { otlp: values.otlp }),
    ...(values.zipkin !== undefined && { zipkin: values.zipkin }),
    open: values.open ?? false,
    freePorts: values['free-ports'] ?? false,
    help: values.help ?? false,
  }
}

function readFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        mesh: { type: 'string' },
        topology: { type: 'string' },
        bypass: { type: 'string' },
        tracer: { type: 'string' },
        'from-chart': { type: 'boolean' },
        values: { type: 'string' },
        jaeger: { type: 'string' },
        otlp: { type: 'string' },
        zipkin: { type: 'string' },
        port: { type: 'string' },
        open: { type: 'boolean' },
        'no-mesh': { type: 'boolean' },
        'free-ports': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    // The first sentence names the flag; the rest explains positional arguments, which there are none of.
    throw usage(messageOf(error).split(/\. |\n/, 1)[0] ?? '')
  }
}

function parsePort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw usage(`${name} must be a port from 1 to 65535, not "${text}"`)
  return port
}

function oneOf<Value extends string>(known: readonly Value[], text: string, flag: string): Value {
  const found = known.find((value) => value === text)
  if (found === undefined) throw usage(`${flag} must be one of ${known.join(', ')}, not "${text}"`)
  return found
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'http:'
}

function usage(message: string): LabError {
  return new LabError('TL_USAGE', message)
}

export const demoHelp = `Starts counting and dashboard on this machine, each behind its own Envoy with mutual TLS between them,
and a page that shows the live count and the trace of the newest request.

  npm run demo -- [flags]

  --mesh ${meshNames.join('|')}
                 who configures the sidecars (default static-envoy: files)
  --bypass ${bypasses.join('|')}
                 the bypass of counting's sidecar (default open); closed is what the topology has for it
  --topology ${topologies.join('|')}
                 where the pods run (default loopback); namespaces needs root
  --from-chart   Consul only: mesh and pods as charts/consul and its install/mesh have them, rendered by Helm; needs root
  --values FILE  values for that chart
  --tracer ${tracers.join('|')}
                 how the sidecars trace (default opentelemetry)
  --jaeger URL   send traces to a real Jaeger, by the address of its page, for example http://127.0.0.1:16686
  --otlp URL     where that Jaeger takes OTLP over HTTP (default its host, port 4318)
  --zipkin URL   where that Jaeger takes Zipkin spans (default its host, port 9411)
  --port N       port of the page (default ${demoPorts.dashboard}; PORT in the environment does the same)
  --free-ports   take free ports: for a second demo beside the first, or where documented ports are taken
  --open         open the page in the browser
  --no-mesh      without sidecars: no mutual TLS, no rules, and only the spans of the two services
  --help         this text

Environment:
  ENVOY_BIN        the Envoy to use, instead of the one on PATH, in the cache, or fetched
  CONSUL_BIN       the Consul to use, instead of the one on PATH or in the cache
  XDG_CACHE_HOME   where fetched programs are kept (default ~/.cache)
  FAULTS           off takes the faults off the page (default on, in the demo only)
  TRACE_INSTRUMENTATION, TRACE_CONTEXT_HINT, OTEL_SDK_DISABLED, OTEL_PROPAGATORS, OTEL_TRACES_EXPORTER,
  OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, OTEL_EXPORTER_JAEGER_* and OTEL_EXPORTER_ZIPKIN_* are passed on to
  both services

Ctrl-C stops everything and exits 0; a second one does not wait, and exits 130. Other exit codes: 1 it could not
start, 2 a flag or variable is wrong.
`
