import { createSerialQueue, LabError, pidsOf, poll } from '@throughline/lab-programs'
import type { Bypass, Mesh, SidecarStatus, Tracer } from '../mesh.ts'
import type { Backend } from '../mesh-module.ts'
import type { ServiceName } from '../service-name.ts'
import { requireTracer } from '../usable-tracers.ts'
import { underControlPlane } from '../sidecar/sidecar-status.ts'
import type { ConsulAgent } from './consul-agent.ts'
import {
  renderIntentions,
  renderMeshEntry,
  renderProxyDefaults,
  renderRegistration,
  renderServiceDefaults,
} from './consul-entries.ts'
import type { ConsulEntry } from './check-consul-entry.ts'
import type { ServicePlacement } from '../placement/consul-placement.ts'
import { accessOf, type ConsulState, describeSettings, parseSetting, ruleIn, withRuleFor } from './consul-settings.ts'
import type { ConsulSidecar } from './consul-sidecar.ts'
import { matchesState, knowsCounting, stateInForce } from './in-force.ts'
import { readSidecarConfig, type SidecarConfig } from './sidecar-config.ts'

const services = ['dashboard', 'counting'] as const

/** Milliseconds for a change to reach the sidecars; enough for an agent that is just being restarted. */
const updateDeadline = 15_000

export interface ConsulMeshOptions {
  agent: ConsulAgent
  sidecars: Record<ServiceName, ConsulSidecar>
  services: Record<ServiceName, ServicePlacement>
  /** The bypass of counting's sidecar under what is in force. */
  bypass: (state: ConsulState) => Bypass
  backend: Backend
  tracer: Tracer
  /** What the tracer can be changed to. */
  tracers: readonly Tracer[]
  /** Config entries to begin with, such as a chart's; default those of `mesh/consul`. */
  entries?: readonly ConsulEntry[]
  /** Percentage of undecided requests that the sidecars trace, default 100. */
  sampling?: number
  /** Consul's own pages, as a browser reaches them; default the agent's. */
  uiUrl?: string
}

/** A real Consul agent, and both services behind Envoys that have everything from it. */
export function createConsulMesh(options: ConsulMeshOptions): Mesh {
  const { agent, sidecars, services: places, backend, tracers } = options
  let wanted: ConsulState = {
    rule: options.entries ? ruleIn(options.entries) : 'get-only',
    protocol: 'http',
    sampling: String(options.sampling ?? 100),
    tracer: options.tracer,
    // The mesh entry of a chart doesn't admit another.
    ...(places.counting.transparentProxy && !options.entries && { mtls: 'strict' }),
  }
  let allowing = wanted.rule

  const { upstream } = places.dashboard
  /** How the name of the listener begins that shows what a sidecar does. */
  const listeners: Record<ServiceName, string> = {
    dashboard: `counting:${upstream?.address}:${upstream?.port}`,
    counting: 'public_listener:',
  }
  const readConfig = (name: ServiceName): Promise<SidecarConfig> =>
    readSidecarConfig(places[name].admin.url, listeners[name])

  const untilInForce = async (state: ConsulState): Promise<void> => {
    let missing = ''
    const taken = async (): Promise<true | undefined> => {
      for (const name of services) {
        const status = await sidecars[name].status()
        if (status.state === 'rejected') {
          throw new LabError('TL_MESH_UPDATE_REJECTED', `${status.name} refused the change: ${status.reason}`)
        }
      }
      const read = await Promise.all(services.map(async (name) => ({ name, config: await readConfig(name) })))
      const behind = read.filter(({ name, config }) => !matchesState(config, { state, name }))
      missing = behind.map(({ name }) => name).join(', ')
      return missing === '' && (await knowsCounting(places.dashboard)) ? true : undefined
    }
    if ((await poll(taken, { deadlineMs: updateDeadline })) === undefined) {
      const why = await agent.downReason()
      const what = missing === '' ? 'there is no healthy counting' : `not taken by ${missing}`
      throw new LabError(
        'TL_MESH_UPDATE_TIMEOUT',
        `the change is not in force after ${updateDeadline / 1000} s: ${what}${why === undefined ? '' : `; Consul is down (${why})`}`,
      )
    }
    // Until then a kept-alive connection still has the old rules.
    await Promise.all(services.map((name) => sidecars[name].drained()))
  }

  /** Writes what is new; `asked` is written in any case, as others write to Consul, too. */
  const write = async (state: ConsulState, before?: ConsulState, asked: Partial<ConsulState> = {}): Promise<void> => {
    const { client } = agent
    if (before === undefined && options.entries) {
      for (const entry of options.entries) await client.writeEntry(entry)
      return
    }
    const isNew = (...names: (keyof ConsulState)[]): boolean =>
      before === undefined || names.some((name) => name in asked || before[name] !== state[name])
    if (isNew('tracer', 'sampling')) await client.writeEntry(await renderProxyDefaults(state, backend))
    if (before === undefined) await client.writeEntry(await renderMeshEntry(state))
    const writeRule = async (): Promise<void> => {
      if (isNew('rule')) await client.writeEntry(await renderIntentions(state))
    }
    const writeProtocol = async (): Promise<void> => {
      if (isNew('protocol', 'mtls')) await client.writeEntry(await renderServiceDefaults('counting', state))
    }
    // Consul holds a rule on methods together with the protocol that has methods, or refuses one of them.
    for (const one of state.protocol === 'http' ? [writeProtocol, writeRule] : [writeRule, writeProtocol]) await one()
  }

  /** What only a bootstrap brings. One after the other: the status never shows both away. */
  const restartSidecars = async (): Promise<void> => {
    for (const name of ['counting', 'dashboard'] as const) {
      const sidecar = sidecars[name]
      await sidecar.prepare()
      await sidecar.restart()
    }
  }

  /** What is wanted, by what stands in Consul: a user may have changed a rule with Consul's own tools. */
  const readState = async (): Promise<ConsulState> => {
    const entry = await agent.client.readEntry('service-intentions', 'counting')
    return entry === undefined ? wanted : { ...wanted, rule: ruleIn([entry]) }
  }

  const change = async (ask: (now: ConsulState) => Partial<ConsulState>): Promise<void> => {
    const before = await readState()
    const asked = ask(before)
    const next = withRuleFor({ ...before, ...asked }, asked)
    await write(next, before, asked)
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

  const queue = createSerialQueue()
  /** Each change waits until its own state is in force. */
  const enqueue = (ask: (now: ConsulState) => Partial<ConsulState>): Promise<void> => queue(() => change(ask))

  const sidecarStatus = (name: ServiceName, down: string | undefined): Promise<SidecarStatus> =>
    underControlPlane(sidecars[name], { name: `${name}-sidecar`, controlPlane: 'Consul', downReason: () => down })

  return {
    name: 'consul',
    get bypass() {
      return options.bypass(wanted)
    },
    async start() {
      await agent.start()
      // A server that was here before has kept its rule.
      wanted = await readState()
      await write(wanted)
      for (const name of services) await agent.client.register(await renderRegistration(name, places[name]))
      await Promise.all(services.map((name) => sidecars[name].prepare()))
      await Promise.all(services.map((name) => sidecars[name].start()))
      await untilInForce(wanted)
    },
    async stop() {
      await Promise.all(services.map((name) => sidecars[name].stop()))
      await agent.stop()
    },
    allow: () => enqueue(({ protocol }) => ({ rule: protocol === 'tcp' ? 'everything' : allowing })),
    deny: () => enqueue(() => ({ rule: 'denied' })),
    async tracing(tracer) {
      requireTracer(tracer, tracers)
      await enqueue(() => ({ tracer }))
    },
    async set(setting) {
      const part = parseSetting(setting, wanted)
      if (part === undefined) {
        throw new LabError(
          'TL_BAD_REQUEST',
          `Consul has no setting "${setting.name}" with the value "${setting.value}"`,
        )
      }
      await enqueue(() => part)
    },
    async status() {
      const [down, counting] = await Promise.all([agent.downReason(), readConfig('counting')])
      const state = stateInForce(counting, wanted)
      return {
        mesh: 'consul',
        tracer: state.tracer,
        tracers,
        access: accessOf(state.rule),
        sidecars: await Promise.all(services.map((name) => sidecarStatus(name, down))),
        settings: describeSettings(state),
        bypass: options.bypass(state),
        links: [{ label: 'Consul', url: options.uiUrl ?? `${agent.client.url}/ui/` }],
      }
    },
    pids: () => pidsOf([agent, ...services.map((name) => sidecars[name])]),
  }
}
