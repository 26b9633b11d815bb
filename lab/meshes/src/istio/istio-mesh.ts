import { KubeError, type KubeObject, type FakeKubeApi } from '@throughline/lab-kube-api'
import { createSerialQueue, LabError, messageOf, pidsOf, poll } from '@throughline/lab-programs'
import type { Mesh, SidecarStatus, Tracer } from '../mesh.ts'
import { requireTracer } from '../usable-tracers.ts'
import { underControlPlane } from '../sidecar/sidecar-status.ts'
import { waitUntilDrained } from '../sidecar/sidecar-updates.ts'
import { isInForce, stateInForce } from './in-force.ts'
import { accessOf, describeSettings, type IstioState, parseSetting } from './istio-settings.ts'
import { type IstioParts, startIstioParts } from './istio-parts.ts'
import type { IstioMeshOptions } from './istio-mesh-options.ts'
import { renderPolicies } from './mesh-objects.ts'
import { type ProxyConfig, readProxyConfig } from './proxy-config.ts'

const services = ['dashboard', 'counting'] as const
type ServiceName = (typeof services)[number]

/** Milliseconds for a change to reach the sidecars; enough for an istiod that is just being restarted. */
const updateDeadline = 15_000

/** What this mesh has beside the shape of every mesh. */
export interface IstioMesh extends Mesh {
  /** The fake Kubernetes API that istiod reads; undefined before `start`. */
  kubeApi: () => FakeKubeApi | undefined
}

/** A real istiod, and both services behind Envoys that have everything from it. */
export function createIstioMesh(options: IstioMeshOptions): IstioMesh {
  const { placement, tracers } = options
  let wanted: IstioState = {
    rule: 'get-of-dashboard',
    mtls: 'strict',
    'client-tls': 'auto',
    sampling: String(options.sampling ?? 100),
    tracer: options.tracer,
  }
  let parts: IstioParts | undefined
  let allowing = wanted.rule
  const running = (): IstioParts => {
    if (parts === undefined) throw new LabError('TL_MESH_UPDATE_TIMEOUT', 'the mesh is not running')
    return parts
  }

  const configOf = async (name: ServiceName): Promise<ProxyConfig | undefined> => {
    try {
      return await readProxyConfig(placement.sidecars[name].adminUrl, placement.ports[name])
    } catch {
      return undefined
    }
  }
  const readBoth = async (): Promise<Record<ServiceName, ProxyConfig | undefined>> => {
    const [dashboard, counting] = await Promise.all(services.map(configOf))
    return { dashboard, counting }
  }

  const untilInForce = async (state: IstioState): Promise<void> => {
    const taken = async () => (isInForce(await readBoth(), state) ? true : undefined)
    if ((await poll(taken, { deadlineMs: updateDeadline })) === undefined) {
      const reason = running().istiod.downReason()
      const why = reason === undefined ? '' : `: istiod is down (${reason}), and brings the change when it is back`
      throw new LabError('TL_MESH_UPDATE_TIMEOUT', `the sidecars did not take the change within 15 s${why}`)
    }
    // Until then a kept-alive connection still has the old rules.
    await Promise.all(services.map((name) => waitUntilDrained(placement.sidecars[name].adminUrl)))
  }

  /** Makes the API hold what a state asks for, and nothing of another state. */
  const write = async (state: IstioState): Promise<void> => {
    const { kubeApi } = running()
    const [before, after] = [parts?.policies ?? [], await renderPolicies(state, placement.ports)]
    // Allows come before denies go, and denies before allows: no request meets a rule that was not requested.
    await applyPatiently(after.filter((object) => !before.some((one) => isSame(one, object))))
    for (const object of before) {
      if (after.some((one) => idOf(one) === idOf(object))) continue
      const { namespace = 'default', name } = object.metadata
      kubeApi.delete({ apiVersion: object.apiVersion, kind: object.kind, namespace, name })
    }
    running().policies = after
  }

  /** The API asks istiod whether an object is good, and can't while istiod is being restarted. */
  const applyPatiently = async (objects: KubeObject[]): Promise<void> => {
    const attempt = async (): Promise<true | undefined> => {
      try {
        await running().kubeApi.apply(objects)
        return true
      } catch (error) {
        if (error instanceof KubeError && error.code >= 500) return undefined
        throw new LabError('TL_MESH_UPDATE_REJECTED', messageOf(error), { cause: error })
      }
    }
    if (objects.length > 0 && (await poll(attempt, { deadlineMs: updateDeadline, intervalMs: 250 })) === undefined) {
      throw new LabError('TL_MESH_UPDATE_TIMEOUT', 'istiod is down, and without it no policy is taken')
    }
  }

  const changeNow = async (part: Partial<IstioState>): Promise<void> => {
    const next = { ...wanted, ...part }
    await write(next)
    wanted = next
    if (accessOf(next.rule) === 'allowed') allowing = next.rule
    await untilInForce(next)
  }
  const enqueue = createSerialQueue()
  /** Each change waits until its own state is in force. */
  const change = (part: Partial<IstioState>): Promise<void> => enqueue(() => changeNow(part))

  const sidecarStatus = (name: ServiceName): Promise<SidecarStatus> =>
    underControlPlane(parts?.sidecars[name], {
      name: `${name}-sidecar`,
      controlPlane: 'istiod',
      downReason: () => running().istiod.downReason(),
    })

  return {
    name: 'istio',
    kubeApi: () => parts?.kubeApi,
    get bypass() {
      return placement.bypass(wanted)
    },
    async start() {
      parts = await startIstioParts(options, await renderPolicies(wanted, placement.ports))
      await untilInForce(wanted)
    },
    async stop() {
      await parts?.stop()
    },
    allow: () => change({ rule: allowing }),
    deny: () => change({ rule: 'deny-all' }),
    async tracing(tracer: Tracer) {
      requireTracer(tracer, tracers)
      await change({ tracer })
    },
    async set(setting) {
      const part = parseSetting(setting)
      if (part === undefined) {
        throw new LabError('TL_BAD_REQUEST', `Istio has no setting "${setting.name}" with the value "${setting.value}"`)
      }
      await change(part)
    },
    async status() {
      const [sidecars, configs] = await Promise.all([Promise.all(services.map(sidecarStatus)), readBoth()])
      const state = stateInForce(configs, wanted)
      return {
        mesh: 'istio',
        tracer: state.tracer,
        tracers,
        access: accessOf(state.rule),
        sidecars,
        settings: describeSettings(state),
        bypass: placement.bypass(state),
        links: parts ? [{ label: 'istiod', url: `http://${parts.istiod.host}:${parts.istiod.ports.http}/debug` }] : [],
      }
    },
    pids: () =>
      parts === undefined
        ? {}
        : pidsOf([{ name: 'istiod', pid: parts.istiod.pid }, ...services.map((name) => running().sidecars[name])]),
  }
}

function idOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`
}

function isSame(one: KubeObject, other: KubeObject): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
