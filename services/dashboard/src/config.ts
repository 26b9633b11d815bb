import { serviceVariables, variable } from '@throughline/service-kit/config'

/** What the dashboard reads from the environment. */
export const dashboardVariables = {
  ...serviceVariables,
  PORT: variable.integer(0, 65_535).default(9002),
  OTEL_SERVICE_NAME: variable.text().default('dashboard'),
  COUNTING_SERVICE_URL: variable.httpUrl().default('http://localhost:9001'),
  UPSTREAM_TIMEOUT_MS: variable.integer(1, 600_000).default(2000),
  COUNTING_ANSWER: variable.oneOf('count', 'any').default('count'),
  TRACE_QUERY_URL: variable.httpUrl().optional(),
  MESH_CONTROL_URL: variable.httpUrl().optional(),
  MESH_CONTROL_TOKEN: variable.text().optional(),
}
