import type { Command } from '@throughline/lab-programs'

export interface EnvoyCommandOptions {
  /** Path of the Envoy to run. */
  envoy: string
  /** Path of its bootstrap, written before it is started. */
  bootstrap: string
  env?: Record<string, string> | undefined
  cwd: string
}

/** Datadog's library in Envoy otherwise reports to its agent, and asks it for other settings. */
const datadogQuiet = { DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false', DD_REMOTE_CONFIGURATION_ENABLED: 'false' }

/**
 * How Envoy is started. No hot restart: several Envoys on one machine would claim the same shared memory. Immediate drain:
 * a changed listener closes its old connections within a second, not over ten minutes.
 */
export function envoyCommand({ envoy, bootstrap, env = {}, cwd }: EnvoyCommandOptions): Command {
  const options = '--disable-hot-restart --concurrency 1 --drain-time-s 1 --drain-strategy immediate'
  return {
    command: envoy,
    args: ['-c', bootstrap, '-l', 'warn', ...options.split(' '), '--file-flush-interval-msec', '200'],
    env: { ...datadogQuiet, ...env },
    cwd,
  }
}
