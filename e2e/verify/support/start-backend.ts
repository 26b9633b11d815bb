import fs from 'node:fs'
import path from 'node:path'
import {
  cacheFolder,
  createProgram,
  findGoTool,
  goTools,
  startReaper,
  takeFreePort,
  temporaryFolder,
} from '@throughline/lab-programs'
import { readImages } from '../../compose/compose-file.ts'
import { installZipkin } from '../../engine/base-images.ts'
import { startAll } from '../../support/start-all.ts'
import type { Collectors } from './envoy-config.ts'

export interface RunningBackend extends AsyncDisposable {
  /** What `--traces` names. */
  target: string
  /** Where sidecars send their spans. */
  collectors: Collectors
  /** `http://host:port/path` of the app's exporter. */
  exportUrl: string
}

interface Ports {
  query: number
  otlp: number
  zipkin: number
}

const at = (port: number): string => `127.0.0.1:${port}`

/** Jaeger with a memory of its own, for OTLP over HTTP and Zipkin. */
function jaegerConfig({ query, otlp, zipkin }: Ports): object {
  return {
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp', 'zipkin'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' } },
    },
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: 100_000 } } } },
      jaeger_query: { storage: { traces: 'memory' }, http: { endpoint: at(query) }, grpc: { endpoint: at(0) } },
    },
    receivers: { otlp: { protocols: { http: { endpoint: at(otlp) } } }, zipkin: { endpoint: at(zipkin) } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  }
}

/** A real Jaeger. */
export async function startJaeger(): Promise<RunningBackend> {
  const { programs } = await findGoTool(goTools.jaeger)
  const [query, otlp, zipkin] = [await takeFreePort(), await takeFreePort(), await takeFreePort()]
  return start({
    ready: `http://${at(query)}/api/services`,
    command: (folder) => {
      const file = path.join(folder, 'jaeger.json')
      fs.writeFileSync(file, JSON.stringify(jaegerConfig({ query, otlp, zipkin })))
      return { command: programs['jaeger'] ?? 'jaeger', args: ['--config', file] }
    },
    target: `http://${at(query)}`,
    collectors: { otlp: at(otlp), zipkin: at(zipkin) },
    exportUrl: `http://${at(zipkin)}/api/v2/spans`,
  })
}

/** A real Zipkin, of the version that the compose file has; it receives no OTLP. */
export async function startZipkin(): Promise<RunningBackend> {
  const port = await takeFreePort()
  const { zipkin } = await readImages()
  const version = zipkin.slice(zipkin.indexOf(':') + 1)
  const folder = await installZipkin(version, path.join(cacheFolder(process.env), 'engine'))
  const args = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-jar', path.join(folder, 'zipkin.jar')]
  return start({
    ready: `http://${at(port)}/health`,
    command: () => ({
      command: path.join(folder, 'java/bin/java'),
      args,
      env: { QUERY_PORT: String(port), STORAGE_TYPE: 'mem' },
    }),
    target: `http://${at(port)}`,
    collectors: { otlp: at(1), zipkin: at(port) },
    exportUrl: `http://${at(port)}/api/v2/spans`,
  })
}

interface Start extends Omit<RunningBackend, typeof Symbol.asyncDispose> {
  /** Answers 200 once it is ready. */
  ready: string
  command: (folder: string) => { command: string; args: string[]; env?: Record<string, string> }
}

function start({ ready, command, ...addresses }: Start): Promise<RunningBackend> {
  return startAll(async (keep) => {
    const folder = keep(await temporaryFolder())
    const reaper = await startReaper({ folder: folder.path })
    keep({ [Symbol.asyncDispose]: reaper.close })
    const program = createProgram({
      name: 'backend',
      ...command(folder.path),
      cwd: folder.path,
      logFile: path.join(folder.path, 'backend.log'),
      reaper,
      readyTimeoutMs: 60_000,
      isReady: async () => (await fetch(ready).catch(() => undefined))?.ok ?? false,
    })
    keep({ [Symbol.asyncDispose]: program.stop })
    await program.start()
    return addresses
  })
}
