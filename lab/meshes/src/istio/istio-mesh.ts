import { type FakeKubeApi, KubeError, type KubeObject } from '@throughline/lab-kube-api'
import { createSerialQueue, LabError, messageOf, pidsOf, poll } from '@throughline/lab-programs'
import type { Mesh, SidecarStatus, Tracer } from '../mesh.ts'
import type { ServiceName } from '../service-name.ts'
import { statusUnderControlPlane } from '../sidecar/control-plane-status.ts'
import { requireTracer } from '../usable-tracers.ts'
import type { AddedCounting } from './add-counting.ts'
import { isInForce, stateInForce } from './in-force.ts'
import { type IstioMeshOptions, type IstioPrograms, startIstioPrograms } from './istio-programs.ts'
import { accessOf, describeSettings, type IstioState, parseSetting } from './istio-settings.ts'
import { renderPolicies } from './mesh-objects.ts'
import { type ProxyConfig, readProxyConfig } from './proxy-config.ts'

/** In the order of the request path. */
const services = ['dashboard', 'counting'] as const

/** Milliseconds for a change to reach the sidecars; enough for an istiod that is being restarted. */
const UPDATE_DEADLINE = 15_000

/** What an Istio mesh has beside what every mesh has. */
export interface IstioMesh extends Mesh {
  /** The fake Kubernetes API that istiod reads; undefined before `start`. */
  kubeApi: () => FakeKubeApi | undefined
  /**
   * One more pod of counting. It ends with the mesh.
   *
   * @throws LabError TL_USAGE on loopback
   */
  addCounting: () => Promise<AddedCounting>
}

/** A real istiod, and both services behind Envoys that get their whole configuration from it. */
export function createIstioMesh(options: IstioMeshOptions): IstioMesh {
  const { placement, tracers } = options
  let requested: IstioState = {
    rule: 'get-of-dashboard',
    mtls: 'strict',
    'client-tls': 'auto',
    sampling: String(options.sampling),
    tracer: options.tracer,
  }
  let programs: IstioPrograms | undefined
  /** The rule that `allow` returns to. */
  let allowingRule = requested.rule
  const running = (): IstioPrograms => {
    if (programs === undefined) throw new LabError('TL_MESH_UPDATE_TIMEOUT', 'the mesh is not running')
    return programs
  }

  const configOf = async (name: ServiceName): Promise<ProxyConfig | undefined> => {
    try {
      return await readProxyConfig(placement.pods[name].adminUrl, placement.ports[name])
    } catch {
      return undefined
    }
  }
  const readBoth = async (): Promise<Record<ServiceName, ProxyConfig | undefined>> => {
    const [dashboard, counting] = await Promise.all(services.map(configOf))
    return { dashboard, counting }
  }

  const untilInForce = async (state: IstioState): Promise<void> => {
    const inForce = async () => (isInForce(await readBoth(), state) ? true : undefined)
    if ((await poll(inForce, { deadlineMs: UPDATE_DEADLINE })) === undefined) {
      const reason = running().istiod.downReason()
      const why = reason === undefined ? '' : `: istiod is down (${reason}), and sends the change when it is up again`
      throw new LabError('TL_MESH_UPDATE_TIMEOUT', `the change is not in force in the sidecars after 15 s${why}`)
    }
    // Until then a kept-alive connection still has the old rules.
    await Promise.all(services.map((name) => running().sidecars[name].drained()))
  }

  /** Makes the API hold the policies of this state and no other. */
  const write = async (state: IstioState): Promise<void> => {
    const { kubeApi } = running()
    const [before, after] = [programs?.policies ?? [], await renderPolicies(state, placement)]
    // New policies are applied before old ones are removed, so that no request meets a looser mix of both.
    await applyPatiently(after.filter((object) => !before.some((earlier) => isSame(earlier, object))))
    for (const object of before) {
      if (after.some((later) => idOf(later) === idOf(object))) continue
      const { namespace = 'default', name } = object.metadata
      kubeApi.delete({ apiVersion: object.apiVersion, kind: object.kind, namespace, name })
    }
    running().policies = after
  }

  /** The API has istiod validate each object, which fails while istiod is being restarted. */
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
    if (objects.length > 0 && (await poll(attempt, { deadlineMs: UPDATE_DEADLINE, intervalMs: 250 })) === undefined) {
      throw new LabError('TL_MESH_UPDATE_TIMEOUT', 'istiod is down, and without it the API accepts no policy')
    }
  }

  const changeNow = async (part: Partial<IstioState>): Promise<void> => {
    const next = { ...requested, ...part }
    await write(next)
    requested = next
    if (accessOf(next.rule) === 'allowed') allowingRule = next.rule
    await untilInForce(next)
  }
  const enqueue = createSerialQueue()
  /** Each change waits until its own state is in force. */
  const change = (part: Partial<IstioState>): Promise<void> => enqueue(() => changeNow(part))

  const sidecarStatus = (name: ServiceName): Promise<SidecarStatus> =>
    statusUnderControlPlane(programs?.sidecars[name], {
      name: `${name}-sidecar`,
      controlPlane: 'istiod',
      downReason: () => running().istiod.downReason(),
    })

  return {
    name: 'istio',
    kubeApi: () => programs?.kubeApi,
    addCounting: () => running().addCounting(),
    get bypass() {
      return placement.bypass(requested)
    },
    async start() {
      programs = await startIstioPrograms(options, await renderPolicies(requested, placement))
      await untilInForce(requested)
    },
    async stop() {
      await programs?.stop()
    },
    allow: () => change({ rule: allowingRule }),
    deny: () => change({ rule: 'deny-all' }),
    async tracing(tracer: Tracer) {
      requireTracer(tracer, tracers)
      await change({ tracer })
    },
    async set(setting) {
      const part = parseSetting(setting)
      if (part === undefined) {
        throw new LabError(
          'TL_CONTROL_BAD_REQUEST',
          `Istio has no setting "${setting.name}" with the value "${setting.value}"`,
        )
      }
      await change(part)
    },
    async status() {
      const [sidecars, configs] = await Promise.all([Promise.all(services.map(sidecarStatus)), readBoth()])
      const state = stateInForce(configs, requested)
      return {
        mesh: 'istio',
        tracer: state.tracer,
        tracers,
        access: accessOf(state.rule),
        sidecars,
        settings: describeSettings(state, placement.countingPath),
        bypass: placement.bypass(state),
        links: programs
          ? [{ label: 'istiod', url: `http://${programs.istiod.host}:${programs.istiod.ports.http}/debug` }]
          : [],
      }
    },
    pids: () =>
      programs === undefined
        ? {}
        : pidsOf([{ name: 'istiod', pid: programs.istiod.pid }, ...services.map((name) => running().sidecars[name])]),
  }
}

function idOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`
}

function isSame(a: KubeObject, b: KubeObject): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
