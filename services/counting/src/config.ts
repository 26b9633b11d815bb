import { loadConfig, serviceVariables, variable } from '@throughline/service-kit/config'

/** What counting reads from the environment. */
export const countingVariables = {
  ...serviceVariables,
  PORT: variable.integer(0, 65_535).default(9001),
  OTEL_SERVICE_NAME: variable.text().default('counting'),
}

/** Counting's configuration; throws one error that lists every bad variable. */
export function loadCountingConfig(env: NodeJS.ProcessEnv) {
  return loadConfig(countingVariables, env)
}
