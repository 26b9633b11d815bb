import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { createControlApi } from '@throughline/lab-meshes'
import { LabError } from '@throughline/lab-programs'
import type { ComposeMesh } from './compose-mesh.ts'
import { createConsul } from './consul.ts'
import { writeControlFile } from './control-file.ts'
import { type ComposeMeshName, CONTROL_PORT, folders, loadSetupSettings, type SetupSettings } from './setup-settings.ts'
import { createStaticEnvoys } from './static-envoys.ts'

const meshes: Record<ComposeMeshName, (settings: SetupSettings) => Promise<ComposeMesh>> = {
  'static-envoy': createStaticEnvoys,
  consul: createConsul,
}

/** The set-up service of docker-compose.yml: configures the sidecars and serves the control API of the page. */
async function setUp(stopRequested: Promise<unknown>): Promise<void> {
  const settings = loadSetupSettings(process.env)
  for (;;) {
    const { mesh, facts, serve, outdated } = await meshes[settings.mesh](settings)
    await using _served = await serve?.()
    await mesh.start()
    const token = await writeControlFile(folders.control, `http://setup:${CONTROL_PORT}`)
    await using api = await createControlApi({
      mesh,
      host: '0.0.0.0',
      port: CONTROL_PORT,
      token,
      allowedHosts: ['setup'],
    })
    log('info', 'the mesh is ready to be used', { mesh: mesh.name, tracer: settings.tracer, ...facts, api: api.url })
    const change = await Promise.race([outdated, stopRequested])
    if (typeof change !== 'string') return
    log('warn', `starting over: ${change}`)
  }
}

function log(level: 'info' | 'warn', msg: string, more: object = {}): void {
  const line = { level, time: new Date().toISOString(), service: 'setup', msg, ...more }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

// Before anything else: process 1 of a container gets only the signals that it has a handler for.
const stopRequested = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
try {
  // A start may wait a long time for containers.
  await Promise.race([setUp(stopRequested), stopRequested.then(() => delay(1000))])
  process.exit(0)
} catch (error) {
  // Our errors are complete without a stack; any other error is a defect and needs one.
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`${error.code}: ${error.message}\n`)
  process.exit(1)
}
