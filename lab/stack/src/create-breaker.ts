import { isDeepStrictEqual } from 'node:util'
import { type Breaker, type Mesh, type ServiceName, serviceNames, type Tracer } from '@throughline/lab-meshes'
import { LabError, messageOf } from '@throughline/lab-programs'
import { type Break, breaks as all } from './breaks.ts'
import type { Service } from './service.ts'

export interface BreakerOptions {
  mesh: Pick<Mesh, 'status' | 'tracing' | 'allow' | 'deny'>
  /** The tracers that the sidecars support. */
  tracers: readonly Tracer[]
  /** The services that the lab starts. */
  services: () => Partial<Record<ServiceName, Pick<Service, 'restartWith'>>>
  /** Default every one. */
  breaks?: readonly Break[]
}

/** Breaks the trace of a lab in one way at a time. The last request wins; requests for the same way do nothing. */
export function createBreaker({ mesh, tracers, services, breaks = all }: BreakerOptions): Breaker {
  let requested: Break | undefined
  let inForce: Break | undefined
  let tracerBefore: Tracer | undefined
  let error: string | null = null
  const envOf: Partial<Record<ServiceName, Record<string, string>>> = {}
  let running: Promise<void> | undefined

  const possible = (): Break[] =>
    breaks.filter(
      ({ tracer, env = {} }) =>
        (tracer === undefined || tracers.includes(tracer)) &&
        Object.keys(env).every((name) => services()[name as ServiceName] !== undefined),
    )

  const apply = async (next: Break | undefined): Promise<void> => {
    const { tracer } = await mesh.status()
    if (inForce === undefined) tracerBefore = tracer
    const wanted = next?.tracer ?? tracerBefore ?? tracer
    if (wanted !== tracer) await mesh.tracing(wanted)
    if (next?.access === 'denied') await mesh.deny()
    else if (inForce?.access === 'denied') await mesh.allow()
    for (const name of serviceNames) {
      const env = next?.env?.[name] ?? {}
      if (isDeepStrictEqual(env, envOf[name] ?? {})) continue
      await services()[name]?.restartWith(env)
      envOf[name] = env
    }
  }

  const work = async (): Promise<void> => {
    do {
      const next = requested
      try {
        await apply(next)
      } catch (thrown) {
        error = messageOf(thrown)
      }
      // Also after a failure: a repair then undoes as much of it as there is.
      inForce = next
    } while (requested !== inForce)
    running = undefined
  }

  return {
    status: () => ({
      breaks: possible().map(({ id, title, situation }) => ({ id, title, situation })),
      current: requested?.id ?? null,
      changing: running !== undefined,
      error,
    }),
    choose: (id) => {
      const found = possible().find((each) => each.id === id)
      if (id !== null && found === undefined) {
        const known = possible().map((each) => each.id)
        throw new LabError('TL_CONTROL_BAD_REQUEST', `this lab can't show "${id}", only ${known.join(', ')}`)
      }
      requested = found
      const again = error !== null
      error = null
      if (again || requested !== inForce) running ??= work()
    },
    settled: async () => running,
  }
}
