import { once } from 'node:events'
import { createControlApi } from '../control-api.ts'
import { LabError } from '../errors.ts'
import { certificateFolders, createComposeMesh } from './compose-mesh.ts'
import { writeControlFile } from './control-file.ts'
import { keepIdentities } from './keep-identities.ts'
import { controlPort, folders, loadSetupSettings } from './setup-settings.ts'

/**
 * The set-up service of docker-compose.yml: makes the certificates, writes the sidecars' configuration, and serves the
 * switches of the page until it is told to end.
 */
async function setUp(): Promise<void> {
  const settings = loadSetupSettings(process.env)
  const renewed = await keepIdentities(certificateFolders)
  const mesh = await createComposeMesh(settings)
  await mesh.start()
  const token = await writeControlFile(folders.control, `http://setup:${controlPort}`)
  await using api = await createControlApi({ mesh, host: '0.0.0.0', port: controlPort, token })
  log({ msg: 'the sidecars can start', tracer: settings.tracer, certificates: renewed ? 'new' : 'kept', api: api.url })
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
}

function log(line: object): void {
  process.stdout.write(
    `${JSON.stringify({ level: 'info', time: new Date().toISOString(), service: 'setup', ...line })}\n`,
  )
}

try {
  await setUp()
} catch (error) {
  // Ours are written to be read; anything else is a fault, and its stack is needed.
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`${error.code}: ${error.message}\n`)
  process.exitCode = 1
}
