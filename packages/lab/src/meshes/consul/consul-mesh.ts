import { LabError } from '../../errors.ts'
import type { Guardian } from '../../guardian.ts'
import { createInTurn } from '../../in-turn.ts'
import type { Mesh, SidecarStatus, Tracer } from '../../mesh.ts'
import type { Backend } from '../../mesh-module.ts'
import { poll } from '../../poll.ts'
import { pidsOf } from '../../program.ts'
import type { ServiceName } from '../../service.ts'
import { requireTracer } from '../../usable-tracers.ts'
import { underControlPlane } from '../sidecar-status.ts'
import { type ConsulAgent, createConsulAgent } from './consul-agent.ts'
import {
  renderIntentions,
  renderMeshEntry,
  renderProxyDefaults,
  renderRegistration,
  renderServiceDefaults,
} from './consul-entries.ts'
import type { ConsulEntry } from './check-consul-entry.ts'
import type { ConsulPlace } from './consul-place.ts'
import { accessOf, type ConsulState, describeSettings, parseSetting, ruleIn, withRuleFor } from './consul-settings.ts'
import { type ConsulSidecar, createConsulSidecar } from './consul-sidecar.ts'
import { acts, knowsCounting, stateInForce } from './in-force.ts'
import { readSidecarConfig, type SidecarConfig } from './sidecar-config.ts'

const services = ['dashboard', 'counting'] as const

/** Milliseconds for a change to reach the sidecars; enough for an agent that is just being restarted. */
const updateDeadline = 15_000

export interface ConsulMeshOptions {
  place: ConsulPlace
  /** Paths of the programs to run. */
  consul: string
  envoy: string
  /** Limit what the sidecars' admin interfaces answer; an Envoy before 1.37 refuses to. */
  limitAdmin: boolean
  backend: Backend
  tracer: Tracer
  /** What the tracer can be changed to. */
  tracers: readonly Tracer[]
  /** Config entries to begin with, such as a chart's; default those of `mesh/consul`. */
  entries?: readonly ConsulEntry[]
  /** Percentage of undecided requests that the sidecars trace, default 100. */
  sampling?: number
  runDir: string
  guardian: Guardian
  log?: (line: string) => void
}

interface Parts {
  agent: ConsulAgent
  sidecars: Record<ServiceName, ConsulSidecar>
}

/** A real Consul agent, and both services behind Envoys that have everything from it. */
export function createConsulMesh(options: ConsulMeshOptions): Mesh {
  const { place, backend, tracers } = options
  let wanted: ConsulState = {
    rule: options.entries ? ruleIn(options.entries) : 'get-only',
    protocol: 'http',
    sampling: String(options.sampling ?? 100),
    tracer: options.tracer,
    // The mesh entry of a chart doesn't admit another.
    ...(place.services.counting.transparentProxy && !options.entries && { mtls: 'strict' }),
  }
  let allowing = wanted.rule
  let parts: Parts | undefined
  const running = (): Parts => {
    if (parts === undefined) throw new LabError('TL_MESH_UPDATE_TIMEOUT', 'the mesh is not running')
    return parts
  }

  const readConfigs = async (): Promise<Record<ServiceName, SidecarConfig>> => {
    const { upstream, admin } = place.services.dashboard
    const outbound = `counting:${upstream?.address}:${upstream?.port}`
    const [dashboard, counting] = await Promise.all([
      readSidecarConfig(admin.url, outbound),
      readSidecarConfig(place.services.counting.admin.url, 'public_listener:'),
    ])
    return { dashboard, counting }
  }

  const untilInForce = async (state: ConsulState): Promise<void> => {
    let missing = ''
    const taken = async (): Promise<true | undefined> => {
      for (const name of services) {
        const status = await running().sidecars[name].status()
        if (status.state === 'rejected') {
          throw new LabError('TL_MESH_UPDATE_REJECTED', `${status.name} refused the change: ${status.reason}`)
        }
      }
      const configs = await readConfigs()
      missing = services.filter((name) => !acts(configs[name], { state, name })).join(', ')
      return missing === '' && (await knowsCounting(place)) ? true : undefined
    }
    if ((await poll(taken, { deadlineMs: updateDeadline })) === undefined) {
      const why = running().agent.downReason()
      const what = missing === '' ? 'there is no healthy counting' : `not taken by ${missing}`
      throw new LabError(
        'TL_MESH_UPDATE_TIMEOUT',
        `the change is not in force after ${updateDeadline / 1000} s: ${what}${why === undefined ? '' : `; Consul is down (${why})`}`,
      )
    }
    // Until then a kept-alive connection still has the old rules.
    await Promise.all(services.map((name) => running().sidecars[name].drained()))
  }

  const write = async (state: ConsulState, before?: ConsulState): Promise<void> => {
    const { client } = running().agent
    if (before === undefined && options.entries) {
      for (const entry of options.entries) await client.writeEntry(entry)
      return
    }
    const isNew = (...names: (keyof ConsulState)[]): boolean =>
      before === undefined || names.some((name) => before[name] !== state[name])
    if (isNew('tracer', 'sampling')) await client.writeEntry(await renderProxyDefaults(state, backend))
    if (before === undefined) await client.writeEntry(await renderMeshEntry(state))
    const writeRule = async (): Promise<void> => client.writeEntry(await renderIntentions(state))
    const writeProtocol = async (): Promise<void> => client.writeEntry(await renderServiceDefaults('counting', state))
    // Consul holds a rule on methods together with the protocol that has methods, or refuses one of them.
    const order = state.protocol === 'http' ? [writeProtocol, writeRule] : [writeRule, writeProtocol]
    for (const one of order)
      if (isNew(...(one === writeRule ? (['rule'] as const) : (['protocol', 'mtls'] as const)))) await one()
  }

  /** What only a bootstrap brings. One after the other: the status never shows both away. */
  const restartSidecars = async (): Promise<void> => {
    for (const name of ['counting', 'dashboard'] as const) {
      const sidecar = running().sidecars[name]
      await sidecar.prepare()
      await sidecar.restart()
    }
  }

  const change = async (next: ConsulState): Promise<void> => {
    const before = wanted
    await write(next, before)
    try {
      if (next.tracer !== before.tracer) await restartSidecars()
    } catch (error) {
      await write(before, next)
      await restartSidecars()
      throw error
    }
    wanted = next
    if (accessOf(next.rule) === 'allowed') allowing = next.rule
    await untilInForce(next)
  }

  const queue = createInTurn()
  /** Each change waits until its own state is in force. */
  const inTurn = (part: () => Partial<ConsulState>): Promise<void> => queue(() => change({ ...wanted, ...part() }))

  const sidecarStatus = (name: ServiceName): Promise<SidecarStatus> =>
    underControlPlane(parts?.sidecars[name], {
      name: `${name}-sidecar`,
      controlPlane: 'Consul',
      downReason: () => running().agent.downReason(),
    })

  return {
    name: 'consul',
    get bypass() {
      return place.bypass(wanted)
    },
    async start() {
      const agent = await createConsulAgent({ ...options, binary: options.consul, place: place.agent })
      const sidecar = (name: ServiceName): ConsulSidecar => createConsulSidecar(name, { ...options, agent })
      parts = { agent, sidecars: { counting: sidecar('counting'), dashboard: sidecar('dashboard') } }
      await agent.start()
      await write(wanted)
      for (const name of services) await agent.client.register(await renderRegistration(name, place.services[name]))
      const { sidecars } = parts
      await Promise.all(services.map((name) => sidecars[name].prepare()))
      await Promise.all(services.map((name) => sidecars[name].start()))
      await untilInForce(wanted)
    },
    async stop() {
      if (parts === undefined) return
      const { agent, sidecars } = parts
      await Promise.all(services.map((name) => sidecars[name].stop()))
      await agent.stop()
    },
    allow: () => inTurn(() => ({ rule: allowing })),
    deny: () => inTurn(() => ({ rule: 'denied' })),
    async tracing(tracer) {
      requireTracer(tracer, tracers)
      await inTurn(() => ({ tracer }))
    },
    async set(setting) {
      const part = parseSetting(setting, wanted)
      if (part === undefined) {
        throw new LabError(
          'TL_BAD_REQUEST',
          `Consul has no setting "${setting.name}" with the value "${setting.value}"`,
        )
      }
      await inTurn(() => withRuleFor({ ...wanted, ...part }, part))
    },
    async status() {
      const [sidecars, { counting }] = await Promise.all([Promise.all(services.map(sidecarStatus)), readConfigs()])
      const state = stateInForce(counting, wanted)
      return {
        mesh: 'consul',
        tracer: state.tracer,
        tracers,
        access: accessOf(state.rule),
        sidecars,
        settings: describeSettings(state),
        bypass: place.bypass(state),
        links: parts ? [{ label: 'Consul', url: `${parts.agent.client.url}/ui/` }] : [],
      }
    },
    pids: () => pidsOf(parts ? [parts.agent, ...services.map((name) => running().sidecars[name])] : []),
  }
}
