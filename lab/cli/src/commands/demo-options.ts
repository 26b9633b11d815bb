import {
  type BypassChoice,
  bypasses,
  type LabOptions,
  labSettings,
  type MeshName,
  meshNames,
  topologies,
  type Topology,
  type Tracer,
  tracers,
} from '@throughline/lab-meshes'
import { demoPorts } from '@throughline/lab-programs'
import { breaks } from '@throughline/lab-stack'
import { type OwnServiceOptions, parseOwnService, requireOtherPort, requirePlaceFor } from './own-service-options.ts'
import { parseFlags, usage } from './parse-flags.ts'

export interface DemoOptions {
  /** `none` starts no sidecars. */
  mesh: MeshName | 'none'
  topology: Topology
  /** Absent when a chart decides it. */
  bypass: BypassChoice | undefined
  tracer: Tracer
  /** Port of the page. */
  port: number
  /** Query address of a real Jaeger. */
  jaeger: string | undefined
  otlp: string | undefined
  zipkin: string | undefined
  /** The user's service in counting's place. */
  ownService: OwnServiceOptions | undefined
  /** Read the mesh and the pods from `charts/consul`, with this values file if there is one. */
  fromChart: LabOptions['fromChart']
  /** Starts with this broken trace. */
  break: string | undefined
  /** Open the page in the browser. */
  open: boolean
  /** Names of this machine that a `Host` header may have besides loopback's. */
  allowedHosts: string[]
  /** Use any free ports instead of the documented ones. */
  freePorts: boolean
  help: boolean
}

/**
 * Reads the flags of `throughline demo`; `PORT` in the environment is the default of `--port`, and `ALLOWED_HOSTS` is a
 * comma-separated list of names.
 *
 * @throws LabError TL_USAGE with one line that names the flag and its valid values
 */
export function parseDemoOptions(args: string[], env: NodeJS.ProcessEnv): DemoOptions {
  const { values } = readFlags(args)
  const chart = values['from-chart'] === true || values.values !== undefined
  const withoutMesh = values['no-mesh'] === true
  if (withoutMesh && values.mesh !== undefined) throw usage('--no-mesh and --mesh exclude each other')
  if (chart && values.bypass !== undefined) throw usage('--from-chart and --bypass exclude each other')
  const settings = labSettings({
    mesh: withoutMesh ? 'none' : choice(meshNames, values.mesh, '--mesh'),
    topology: choice(topologies, values.topology, '--topology'),
    bypass: choice(bypasses, values.bypass, '--bypass'),
    tracer: choice(tracers, values.tracer, '--tracer'),
    fromChart: chart ? { values: values.values } : undefined,
  })
  const broken = choice(
    breaks.map(({ id }) => id),
    values.break?.toUpperCase(),
    '--break',
  )
  if (withoutMesh && broken !== undefined) throw usage('--no-mesh and --break exclude each other')
  if (chart && settings.mesh !== 'consul') throw usage('--from-chart is for --mesh consul')
  if (values.jaeger === undefined && (values.otlp !== undefined || values.zipkin !== undefined)) {
    throw usage('--otlp and --zipkin belong to --jaeger: they say where that Jaeger receives spans')
  }
  for (const flag of ['jaeger', 'otlp', 'zipkin'] as const) {
    const url = values[flag]
    if (url !== undefined && !isHttpUrl(url)) throw usage(`--${flag} must be an http:// URL, not "${url}"`)
  }
  const { mesh, topology, bypass, tracer, fromChart } = settings
  const ownService = parseOwnService(values)
  const port =
    values.port === undefined
      ? parsePort('PORT', env['PORT'] ?? String(demoPorts.dashboard))
      : parsePort('--port', values.port)
  if (ownService) {
    requirePlaceFor(ownService, settings)
    if (!values['free-ports']) requireOtherPort(ownService, { ...demoPorts, dashboard: port })
  }
  return {
    mesh,
    topology,
    bypass: chart ? undefined : bypass,
    tracer,
    fromChart,
    ownService,
    port,
    break: broken,
    allowedHosts: parseHosts(env['ALLOWED_HOSTS'] ?? ''),
    jaeger: values.jaeger,
    otlp: values.otlp,
    zipkin: values.zipkin,
    open: values.open ?? false,
    freePorts: values['free-ports'] ?? false,
    help: values.help ?? false,
  }
}

function readFlags(args: string[]) {
  return parseFlags(args, {
    mesh: { type: 'string' },
    topology: { type: 'string' },
    bypass: { type: 'string' },
    tracer: { type: 'string' },
    'from-chart': { type: 'boolean' },
    values: { type: 'string' },
    jaeger: { type: 'string' },
    otlp: { type: 'string' },
    zipkin: { type: 'string' },
    counting: { type: 'string' },
    command: { type: 'string' },
    port: { type: 'string' },
    break: { type: 'string' },
    open: { type: 'boolean' },
    'no-mesh': { type: 'boolean' },
    'free-ports': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  })
}

function parsePort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw usage(`${name} must be a port from 1 to 65535, not "${text}"`)
  return port
}

/** The services' own check, so that an invalid name is refused before anything is started. */
function parseHosts(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  const wrong = names.find((name) => !/^(\*|(\*\.)?[\w.-]+)$/.test(name))
  if (wrong !== undefined) throw usage(`ALLOWED_HOSTS must be a comma-separated list of host names, not "${wrong}"`)
  return names
}

function choice<Value extends string>(known: readonly Value[], text: string | undefined, flag: string) {
  const found = known.find((value) => value === text)
  if (found === undefined && text !== undefined) {
    throw usage(`${flag} must be one of ${known.join(', ')}, not "${text}"`)
  }
  return found
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'http:'
}

export const demoHelp = `Starts counting and dashboard on this machine, each behind its own Envoy with mutual TLS between them,
and a page that shows the live count and the trace of the newest request.

  npm run demo -- [flags]

  --mesh ${meshNames.join('|')}
                 what configures the sidecars (default static-envoy: files)
  --bypass ${bypasses.join('|')}
                 whether counting's sidecar can be bypassed (default open); closed uses the topology's own way
  --topology ${topologies.join('|')}
                 where the pods run (default loopback); namespaces needs root
  --from-chart   Consul only: reads the mesh and the pods from charts/consul, rendered by Helm; needs root
  --values FILE  values for that chart
  --tracer ${tracers.join('|')}
                 how the sidecars trace (default opentelemetry)
  --break ID     start with a broken trace, by the finding of \`throughline verify\` that it leads to; the page repairs it:
${breaks.map(({ id, title }) => `                 ${id} ${title}`).join('\n')}
  --jaeger URL   send traces to a real Jaeger, by the address of its page, for example http://127.0.0.1:16686
  --otlp URL     where that Jaeger receives OTLP over HTTP (default: the same host, port 4318)
  --zipkin URL   where that Jaeger receives Zipkin spans (default: the same host, port 9411)
  --counting URL your own service in counting's place, behind its sidecar: an http:// address, with a path if it
                 has one; counting then runs behind it, for your service to call (UPSTREAM_URL)
  --command CMD  the shell command that starts it and ends with the demo; PORT is the port of --counting
  --port N       port of the page (default PORT, or ${demoPorts.dashboard})
  --free-ports   use any free ports, for a second demo or when a documented port is in use
  --open         open the page in the browser
  --no-mesh      without sidecars: no mutual TLS, no rules, and only the spans of the two services
  --help         this text

Environment:
  ENVOY_BIN        the Envoy to use, instead of the one on PATH, in the cache, or fetched
  CONSUL_BIN       the Consul to use, instead of the one on PATH or in the cache
  XDG_CACHE_HOME   where fetched programs are kept (default ~/.cache)
  ALLOWED_HOSTS    comma-separated host names by which a browser may call the page, the trace store and the
                   control API (default: loopback names and IP addresses only)
  FAULTS           off hides the fault switches of the page (default on, in the demo only)
  TRACE_INSTRUMENTATION, TRACE_CONTEXT_HINT, OTEL_SDK_DISABLED, OTEL_PROPAGATORS, OTEL_TRACES_EXPORTER,
  OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, OTEL_EXPORTER_JAEGER_* and OTEL_EXPORTER_ZIPKIN_* are forwarded
  to both services

Ctrl-C stops everything and exits with 0; a second Ctrl-C kills what is left and exits with 130. Other exit codes:
1 when the start failed, 2 for an invalid flag or variable.
`
