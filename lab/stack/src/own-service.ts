import path from 'node:path'
import type { LabSettings } from '@throughline/lab-meshes'
import {
  accepts,
  createProgram,
  findPortOwner,
  followFile,
  LabError,
  type Reaper,
  splitAddress,
} from '@throughline/lab-programs'
import { readStatus } from './read-status.ts'
import type { ReportingProgram } from './service.ts'

/** Its name in messages, in the status of the control API, and on the page. */
const NAME = 'your service'
/** Milliseconds that a command may take until it listens: compilers and virtual machines are slow. */
const READY_MS = 60_000

export interface OwnServiceOptions {
  settings: LabSettings
  /** Where it may call counting. */
  upstreamUrl: string | undefined
  /** Environment of the lab's own services. */
  env: Record<string, string>
  runDir: string
  reaper: Reaper
}

/** The user's service as a process of the lab; undefined where there is none, or the user starts it. */
export function createOwnService(options: OwnServiceOptions): ReportingProgram | undefined {
  const { settings, upstreamUrl, env, runDir, reaper } = options
  const { ownService } = settings
  if (ownService?.command === undefined) return undefined
  const { address, command, onOutput } = ownService
  const { host, port } = splitAddress(address)
  const logFile = path.join(runDir, 'your-service.log')
  const listens = (): Promise<boolean> => accepts(host, port)
  const program = createProgram({
    name: NAME,
    command: '/bin/sh',
    args: ['-c', command.line],
    cwd: command.cwd,
    env: {
      UPSTREAM_URL: upstreamUrl ?? '',
      OTEL_EXPORTER_OTLP_ENDPOINT: (env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? '').replace(/\/v1\/traces$/, ''),
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      ...command.env,
      PORT: String(port),
    },
    logFile,
    reaper,
    log: settings.log,
    readyTimeoutMs: READY_MS,
    isReady: listens,
  })
  let stopFollowing: (() => Promise<void>) | undefined
  return {
    ...program,
    async start() {
      if (await listens()) {
        const owner = (await findPortOwner(port)) ?? 'another program'
        const advice = 'Stop it, or leave out --command to use what listens there'
        throw new LabError('TL_LAB_PORT_IN_USE', `${address} (${NAME}) is in use by ${owner}. ${advice}`)
      }
      if (onOutput) stopFollowing = followFile(logFile, onOutput)
      try {
        await program.start()
      } catch (error) {
        await stopFollowing?.()
        throw withAddress(error, address)
      }
    },
    async stop() {
      await program.stop()
      await stopFollowing?.()
    },
    status: () => readStatus(program, listens),
  }
}

/** What the command was expected to do, for a reader who sees only that it did not. */
function withAddress(error: unknown, address: string): unknown {
  if (!(error instanceof LabError) || error.code !== 'TL_PROGRAM_FAILED') return error
  const expected = `It is expected to listen at ${address}; PORT in its environment says so`
  return new LabError(error.code, `${error.message}\n${expected}.`, { cause: error })
}
