import { httpRequest } from '@throughline/lab-programs'
import type { ServiceName } from '../service-name.ts'
import type { ServicePlacement } from '../placement/consul-placement.ts'
import type { ConsulState } from './consul-settings.ts'
import type { SidecarConfig } from './sidecar-config.ts'

/** Whether a sidecar does its part of a state. */
export function matchesState(
  config: SidecarConfig,
  { state, name }: { state: ConsulState; name: ServiceName },
): boolean {
  if (config.protocol !== state.protocol) return false
  if (name === 'counting' && config.rule !== state.rule) return false
  if (name === 'counting' && state.mtls !== undefined && config.mtls !== state.mtls) return false
  return state.protocol === 'tcp' || state.tracer === 'none' || config.sampling === state.sampling
}

/** The state that counting's sidecar shows; what it doesn't show is as it was asked for. */
export function stateInForce(counting: SidecarConfig, wanted: ConsulState): ConsulState {
  const { sampling = wanted.sampling, mtls = wanted.mtls, ...shown } = counting
  return {
    ...wanted,
    ...shown,
    // Without a tracer a sidecar has a sampling, and it means nothing.
    sampling: wanted.tracer === 'none' ? wanted.sampling : sampling,
    ...(wanted.mtls !== undefined && mtls !== undefined && { mtls }),
  }
}

/** Whether the dashboard's sidecar has a healthy counting to send to. */
export async function knowsCounting({ admin }: ServicePlacement): Promise<boolean> {
  const filter = encodeURIComponent(String.raw`^cluster\.counting\..*\.membership_healthy$`)
  try {
    const { body } = await httpRequest(`${admin.url}/stats?filter=${filter}`)
    return /: [1-9]/.test(body)
  } catch {
    return false
  }
}
