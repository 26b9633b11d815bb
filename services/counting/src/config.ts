import { loadConfig, serviceVariables, variable } from '@throughline/service-kit/config'

/** Counting's configuration; throws one error that lists every bad variable. */
export function loadCountingConfig(env: NodeJS.ProcessEnv) {
  return loadConfig(
    {
      ...serviceVariables,
      PORT: variable.integer(0, 65_535).default(9001),
      OTEL_SERVICE_NAME: variable.text().default('counting'),
    },
    env,
  )
}
