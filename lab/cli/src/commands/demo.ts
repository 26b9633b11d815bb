import { type BreakStatus, findJaeger, type Lab, type LabOptions } from '@throughline/lab-meshes'
import { definedEnvironment, demoPorts, LabError } from '@throughline/lab-programs'
import { createLab } from '@throughline/lab-stack'
import { demoHelp, type DemoOptions, parseDemoOptions } from './demo-options.ts'
import { openInBrowser } from './open-in-browser.ts'
import { forwardedEnvironment } from './forwarded-environment.ts'
import { locateOwnService, type OwnServiceOptions } from './own-service-options.ts'
import { createProgress, type Progress } from './progress.ts'
import { runUntilStopped } from './run-until-stopped.ts'

/** `throughline demo`: the whole path on this machine, until Ctrl-C. */
export async function demo(args: string[]): Promise<void> {
  const options = parseDemoOptions(args, process.env)
  if (options.help) {
    console.log(demoHelp)
    return
  }
  const progress = createProgress(process.stderr)
  const start = async (signal: AbortSignal): Promise<Lab> => {
    const labOptions = await toLabOptions(options, progress)
    progress.line(options.mesh === 'none' ? 'Starting both services …' : 'Starting both services and their sidecars …')
    const lab = await createLab({ ...labOptions, log: progress.line, signal })
    progress.done()
    console.log(await formatWelcome(lab, options.ownService))
    if (options.open) openInBrowser(lab.dashboardUrl, progress.line)
    return lab
  }
  try {
    await runUntilStopped(start, () => progress.line('Stopping …'))
  } catch (error) {
    throw withAdvice(error)
  } finally {
    progress.done()
  }
}

async function toLabOptions(options: DemoOptions, progress: Progress): Promise<LabOptions> {
  const { ownService, jaeger, otlp, zipkin } = options
  // A demo may be broken on purpose; elsewhere the services ignore faults by default.
  const env = { FAULTS: 'on', ...forwardedEnvironment(process.env) }
  const own =
    ownService &&
    (await locateOwnService(ownService, {
      cwd: process.env['INIT_CWD'] ?? process.cwd(),
      env: definedEnvironment(process.env),
      onOutput: (line) => progress.line(`your service | ${line}`),
    }))
  if (own && !own.listens && own.command === undefined) {
    progress.line(`Nothing listens at ${own.address} yet: the page says unreachable until your service does.`)
  }
  return {
    mesh: options.mesh,
    topology: options.topology,
    bypass: options.bypass,
    fromChart: options.fromChart,
    tracer: options.tracer,
    break: options.break,
    allowedHosts: options.allowedHosts,
    ports: options.freePorts ? 'free' : { dashboard: options.port },
    ownService: own,
    countingEnv: env,
    dashboardEnv: env,
    traceBackend: jaeger === undefined ? undefined : await findJaeger(jaeger, { otlpUrl: otlp, zipkinUrl: zipkin }),
  }
}

/** Adds the flag that avoids the problem to the message. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof LabError)) return error
  const { code, message } = error
  const busy = code === 'TL_LAB_PORT_IN_USE'
  const advice = [
    ...(code === 'TL_BINARY_MISSING' ? ['Or run without sidecars: npm run demo -- --no-mesh'] : []),
    ...(busy && message.includes('(dashboard)') ? ['Another port for the page: npm run demo -- --port N'] : []),
    ...(busy ? ['Any free ports instead of the documented ones: npm run demo -- --free-ports'] : []),
    ...(busy && /\((otlp|zipkin|datadog|query)\)/.test(message)
      ? [`If that is a Jaeger, use it: npm run demo -- --jaeger http://127.0.0.1:${demoPorts.query}`]
      : []),
  ]
  return new LabError(code, [message, ...advice].join('\n'), { cause: error })
}

async function formatWelcome(lab: Lab, own: OwnServiceOptions | undefined): Promise<string> {
  const status = await lab.mesh?.status()
  const rows: [string, string][] = [
    ['Page', lab.dashboardUrl],
    ['Traces', `${lab.queryUrl}/api/traces?service=dashboard (the query API of Jaeger)`],
    ...(own
      ? ([
          ['Yours', `${own.url}, in counting's place; it may call counting at ${lab.ownUpstreamUrl}`],
          ['Verify', `npm run verify -- ${lab.dashboardUrl}/api/count --traces ${lab.queryUrl}`],
        ] satisfies [string, string][])
      : []),
    ...(lab.mesh
      ? ([
          ['Deny', `the switch on the page, or: curl -X POST ${lab.dashboardUrl}/api/mesh/deny`],
          ['Allow', `the same, or: curl -X POST ${lab.dashboardUrl}/api/mesh/allow`],
        ] satisfies [string, string][])
      : ([['Mesh', 'none: no sidecars, no mutual TLS, nothing to deny']] satisfies [string, string][])),
    ...(lab.breaker ? [describeBreak(lab.breaker.status(), lab.dashboardUrl)] : []),
    ...(status?.links ?? []).map(({ label, url }): [string, string] => [label, url]),
    ...(status
      ? [
          [
            'Bypass',
            `${status.bypass.address}: ${status.bypass.closed ? 'closed' : 'open'}. ${status.bypass.reason}`,
          ] satisfies [string, string],
        ]
      : []),
    ['Logs', lab.runDir],
    ['Stop', 'Ctrl-C'],
  ]
  return ['', ...rows.map(([name, text]) => `  ${name.padEnd(8)}${text}`), ''].join('\n')
}

function describeBreak({ breaks, current }: BreakStatus, dashboardUrl: string): [string, string] {
  const broken = breaks.find(({ id }) => id === current)
  const post = (id: string): string =>
    `curl -H 'content-type: application/json' -d '${id}' ${dashboardUrl}/api/mesh/break`
  return broken === undefined
    ? ['Break', `${breaks.map(({ id }) => id).join(', ')}: ${post(`{"id":"${breaks[0]?.id}"}`)}`]
    : ['Broken', `${broken.id}. ${broken.situation} Repair: ${post('{"id":null}')}`]
}
