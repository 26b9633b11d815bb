import { loadConfig, variable } from '@throughline/service-kit/config'
import { dashboardVariables } from '../config.ts'
import { TRAFFIC_RATES } from './traffic-settings.ts'

/** What the dashboard with its show reads from the environment. */
export const showVariables = {
  ...dashboardVariables,
  TRACE_UI_URL: variable.text().optional(),
  HISTORY: variable.oneOf('all', 'own').default('all'),
  TRAFFIC: variable.oneOf(...TRAFFIC_RATES).default('auto'),
  COUNTING_BYPASS_URL: variable.httpUrl().optional(),
  PEER_INBOUND: variable.text().optional(),
}

/** The configuration of both; throws one error that lists every bad variable. */
export function loadShowConfig(env: NodeJS.ProcessEnv) {
  return loadConfig(showVariables, env)
}
