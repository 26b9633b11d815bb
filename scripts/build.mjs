// @ts-check
import { runTurbo } from './spawn.mjs'

/** Builds every package; what did not change comes from turbo's cache. Says something only when it fails. */
export async function buildAll() {
  console.error('Building …')
  const code = await runTurbo(['run', 'build', '--output-logs=errors-only', '--log-prefix=none'], { quiet: true })
  if (code === 0) return
  console.error('The build failed; its message is above. Nothing was started.')
  process.exit(code)
}
