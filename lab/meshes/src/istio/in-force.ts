import { type IstioState, policiesOf } from './istio-settings.ts'
import type { ProxyConfig } from './proxy-config.ts'

/** The configuration of both sidecars; undefined for one that doesn't answer. */
export interface BothConfigs {
  dashboard: ProxyConfig | undefined
  counting: ProxyConfig | undefined
}

/** Whether both sidecars have the configuration of a state. */
export function isInForce({ dashboard, counting }: BothConfigs, state: IstioState): boolean {
  return (
    dashboard !== undefined &&
    counting !== undefined &&
    dashboard.hasHealthyCounting &&
    traces(dashboard, state) &&
    traces(counting, state) &&
    dashboard.clientTls === state['client-tls'] &&
    counting.plainText === (state.mtls === 'permissive') &&
    isSameList(counting.policies, policiesOf[state.rule])
  )
}

/** The state that the sidecars show, or the requested one while a sidecar doesn't answer or is between two states. */
export function stateInForce({ dashboard, counting }: BothConfigs, requested: IstioState): IstioState {
  const rules = Object.entries(policiesOf) as [IstioState['rule'], readonly string[]][]
  const rule = counting && rules.find(([, policies]) => isSameList(counting.policies, policies))?.[0]
  const [tracer, secondTracer] = counting?.tracers ?? []
  const [sampling] = counting?.samplings ?? []
  return {
    rule: rule ?? requested.rule,
    mtls: counting === undefined ? requested.mtls : counting.plainText ? 'permissive' : 'strict',
    'client-tls': dashboard?.clientTls ?? requested['client-tls'],
    sampling: sampling === undefined ? requested.sampling : String(sampling),
    tracer: tracer === undefined || secondTracer !== undefined ? requested.tracer : tracer,
  }
}

function traces(config: ProxyConfig, { tracer, sampling }: IstioState): boolean {
  return (
    isSameList(config.tracers, [tracer]) &&
    isSameList(config.samplings.map(String), tracer === 'none' ? [] : [sampling])
  )
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join() === b.toSorted().join()
}
