import { loadConfig, serviceVariables, variable } from '@throughline/service-kit/config'
import { TRAFFIC_RATES } from './show/traffic-settings.ts'

/** What the dashboard reads from the environment. */
export const dashboardVariables = {
  ...serviceVariables,
  PORT: variable.integer(0, 65_535).default(9002),
  OTEL_SERVICE_NAME: variable.text().default('dashboard'),
  COUNTING_SERVICE_URL: variable.httpUrl().default('http://localhost:9001'),
  UPSTREAM_TIMEOUT_MS: variable.integer(1, 600_000).default(2000),
  TRACE_QUERY_URL: variable.httpUrl().optional(),
  TRACE_UI_URL: variable.text().optional(),
  MESH_CONTROL_URL: variable.httpUrl().optional(),
  MESH_CONTROL_TOKEN: variable.text().optional(),
  TRAFFIC: variable.oneOf(...TRAFFIC_RATES).default('auto'),
  COUNTING_BYPASS_URL: variable.httpUrl().optional(),
  PEER_INBOUND: variable.text().optional(),
}

/** The dashboard's configuration; throws one error that lists every bad variable. */
export function loadDashboardConfig(env: NodeJS.ProcessEnv) {
  return loadConfig(dashboardVariables, env)
}
