import { type IstioState, policiesOf } from './istio-settings.ts'
import type { ProxyConfig } from './proxy-config.ts'

/** What both sidecars have at the moment; undefined for one that doesn't answer. */
export interface BothConfigs {
  dashboard: ProxyConfig | undefined
  counting: ProxyConfig | undefined
}

/** Whether both sidecars do what a state asks for, each in its part. */
export function isInForce({ dashboard, counting }: BothConfigs, state: IstioState): boolean {
  return (
    dashboard !== undefined &&
    counting !== undefined &&
    dashboard.knowsCounting &&
    traces(dashboard, state) &&
    traces(counting, state) &&
    dashboard.clientTls === state['client-tls'] &&
    counting.plainText === (state.mtls === 'permissive') &&
    isSameList(counting.policies, policiesOf[state.rule])
  )
}

/** The state that the sidecars show; where one doesn't answer, or is between two states, what was asked for. */
export function stateInForce({ dashboard, counting }: BothConfigs, wanted: IstioState): IstioState {
  const rules = Object.entries(policiesOf) as [IstioState['rule'], readonly string[]][]
  const rule = counting && rules.find(([, policies]) => isSameList(counting.policies, policies))?.[0]
  const [tracer, another] = counting?.tracers ?? []
  const [sampling] = counting?.samplings ?? []
  return {
    rule: rule ?? wanted.rule,
    mtls: counting === undefined ? wanted.mtls : counting.plainText ? 'permissive' : 'strict',
    'client-tls': dashboard?.clientTls ?? wanted['client-tls'],
    sampling: sampling === undefined ? wanted.sampling : String(sampling),
    tracer: tracer === undefined || another !== undefined ? wanted.tracer : tracer,
  }
}

function traces(config: ProxyConfig, { tracer, sampling }: IstioState): boolean {
  return (
    isSameList(config.tracers, [tracer]) &&
    isSameList(config.samplings.map(String), tracer === 'none' ? [] : [sampling])
  )
}

function isSameList(some: readonly string[], others: readonly string[]): boolean {
  return some.toSorted().join() === others.toSorted().join()
}
