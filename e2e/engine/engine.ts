import { execFile, spawn } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { makeImage } from './base-images.ts'

const run = promisify(execFile)
const here = import.meta.dirname

export interface Engine {
  /** Environment for `docker`: PATH and DOCKER_HOST of an engine started here. */
  env: NodeJS.ProcessEnv
  /** Whether it was started here, so that images have to be built instead of pulled. */
  ours: boolean
  /** Provides images by name: built for an engine started here, pulled for the user's. */
  provide: (images: readonly string[]) => Promise<void>
  /** Ends an engine started here; the user's keeps running. */
  close: () => Promise<void>
}

/** State folder of an engine started here; `lib.sh` has the same. */
const state = path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'throughline', 'engine')

/**
 * The container engine that answers, or else one that is started here.
 *
 * @throws when none answers and none can be started: not on Linux, or without root
 */
export async function openEngine(): Promise<Engine> {
  if (await answers(process.env)) {
    return {
      env: process.env,
      ours: false,
      provide: async (images) => {
        for (const image of images) {
          const there = await run('docker', ['image', 'inspect', image]).then(
            () => true,
            () => false,
          )
          if (!there) await run('docker', ['pull', '--quiet', image], { timeout: 600_000 })
        }
      },
      close: async () => {},
    }
  }
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error(
      'No container engine answers, and none can be started here: that needs Linux and root. Start Docker.',
    )
  }
  const running = await answers({ ...process.env, DOCKER_HOST: `unix://${state}/run/docker.sock` })
  const env = await start()
  if (!running) endWithThisProcess()
  return {
    env,
    ours: true,
    provide: async (images) => {
      for (const image of images) await makeImage(image, { state, env })
    },
    // One that ran before belongs to another run.
    close: async () => {
      if (!running) await run('bash', [path.join(here, 'down.sh')])
    },
  }
}

/** @returns the environment that up.sh prints: `export NAME=value NAME=value` */
async function start(): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await run('bash', [path.join(here, 'up.sh')], { maxBuffer: 16 * 1024 * 1024 })
  const given =
    stdout
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^export /, '')
      .split(' ') ?? []
  const pairs = given.map((pair) => {
    const [name = '', value = ''] = pair.split('=', 2)
    return [name, value.replace('$PATH', process.env['PATH'] ?? '')] as const
  })
  return { ...process.env, ...Object.fromEntries(pairs) }
}

/** Killed, this process can't end the engine itself. */
function endWithThisProcess(): void {
  spawn('bash', [path.join(here, 'watch.sh'), String(process.pid)], { detached: true, stdio: 'ignore' }).unref()
}

async function answers(env: NodeJS.ProcessEnv): Promise<boolean> {
  return run('docker', ['info'], { env, timeout: 10_000 }).then(
    () => true,
    () => false,
  )
}
