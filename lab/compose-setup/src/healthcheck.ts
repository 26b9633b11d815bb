import { readControlToken } from './control-file.ts'
import { CONTROL_PORT, folders } from './setup-settings.ts'

/** The probe of the set-up service: its files are written, and the control API answers (401, as the probe has no token). */
const written = (await readControlToken(folders.control)) !== undefined
const answer = await fetch(`http://127.0.0.1:${CONTROL_PORT}/mesh/status`, { signal: AbortSignal.timeout(2000) }).catch(
  () => undefined,
)
process.exitCode = written && answer?.status === 401 ? 0 : 1
