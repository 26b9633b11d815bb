import { httpRequest } from '@throughline/lab-programs'
import type { ServicePlacement } from '../placement/consul-placement.ts'
import type { ServiceName } from '../service-name.ts'
import type { ConsulState } from './consul-settings.ts'
import type { SidecarConfig } from './sidecar-config.ts'

/** Whether a sidecar has the configuration of a state. */
export function matchesState(
  config: SidecarConfig,
  { state, name }: { state: ConsulState; name: ServiceName },
): boolean {
  if (config.protocol !== state.protocol) return false
  if (name === 'counting' && config.rule !== state.rule) return false
  if (name === 'counting' && state.mtls !== undefined && config.mtls !== state.mtls) return false
  return state.protocol === 'tcp' || state.tracer === 'none' || config.sampling === state.sampling
}

/** The state that counting's sidecar shows, completed by the requested state. */
export function stateInForce(counting: SidecarConfig, requested: ConsulState): ConsulState {
  const { sampling = requested.sampling, mtls = requested.mtls, ...shown } = counting
  return {
    ...requested,
    ...shown,
    // Without a tracer the sampling of a sidecar means nothing.
    sampling: requested.tracer === 'none' ? requested.sampling : sampling,
    mtls: requested.mtls === undefined ? undefined : mtls,
  }
}

/** Whether the dashboard's sidecar has a healthy counting endpoint. */
export async function hasHealthyCounting({ admin }: ServicePlacement): Promise<boolean> {
  const filter = encodeURIComponent(String.raw`^cluster\.counting\..*\.membership_healthy$`)
  try {
    const { body } = await httpRequest(`${admin.url}/stats?filter=${filter}`)
    return /: [1-9]/.test(body)
  } catch {
    return false
  }
}
