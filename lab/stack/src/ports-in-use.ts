import type { LabSettings, PreparedMesh } from '@throughline/lab-meshes'
import type { Ports } from '@throughline/lab-programs'

export interface PortsInUseOptions {
  ports: Ports
  settings: LabSettings
  prepared: PreparedMesh | undefined
  placement: PreparedMesh['placement']
}

/** The ports of 127.0.0.1 that this lab will listen on. */
export function portsInUse({ ports, settings, prepared, placement }: PortsInUseOptions): Partial<Ports> {
  const started = settings.services === 'started'
  const names: (keyof Ports)[] = [
    ...(started ? (['dashboard', 'counting'] as const) : []).filter(
      (name) => placement[name] === `127.0.0.1:${ports[name]}` && !(name === 'counting' && settings.countingApp),
    ),
    ...(prepared ? [...prepared.listensOn, 'control' as const] : []),
    ...(placement.behind ? ['counting' as const] : []),
    ...(settings.traceBackend ? [] : (['otlp', 'zipkin', 'datadog', 'query'] as const)),
  ]
  return Object.fromEntries(names.map((name) => [name, ports[name]]))
}
