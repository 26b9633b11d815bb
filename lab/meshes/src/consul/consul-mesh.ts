import { createSerialQueue, LabError, pidsOf, poll } from '@throughline/lab-programs'
import type { Bypass, Mesh, SidecarStatus, Tracer } from '../mesh.ts'
import type { ServicePlacement } from '../placement/consul-placement.ts'
import type { ServiceName } from '../service-name.ts'
import { statusUnderControlPlane } from '../sidecar/control-plane-status.ts'
import type { SpanReceivers } from '../trace-backend.ts'
import { requireTracer } from '../usable-tracers.ts'
import type { ConsulAgent } from './consul-agent.ts'
import {
  renderIntentions,
  renderMeshEntry,
  renderProxyDefaults,
  renderRegistration,
  renderServiceDefaults,
} from './consul-entries.ts'
import type { ConsulEntry } from './consul-entry.ts'
import { accessOf, type ConsulState, describeSettings, parseSetting, ruleIn, withRuleFor } from './consul-settings.ts'
import type { ConsulSidecar } from './consul-sidecar.ts'
import { hasHealthyCounting, matchesState, stateInForce } from './in-force.ts'
import { readSidecarConfig, type SidecarConfig } from './sidecar-config.ts'

const services = ['dashboard', 'counting'] as const

/** Milliseconds for a change to reach the sidecars; enough for an agent that is being restarted. */
const UPDATE_DEADLINE = 15_000

/** The same for the start, where everything starts at once and a loaded machine is slow. */
const START_DEADLINE = 45_000

export interface ConsulMeshOptions {
  agent: ConsulAgent
  sidecars: Record<ServiceName, ConsulSidecar>
  services: Record<ServiceName, ServicePlacement>
  /** The bypass of counting's sidecar in a state. */
  bypass: (state: ConsulState) => Bypass
  backend: SpanReceivers
  tracer: Tracer
  /** The tracers that can be selected. */
  tracers: readonly Tracer[]
  /** Initial config entries, such as a chart's; default those of `mesh/consul`. */
  entries?: readonly ConsulEntry[] | undefined
  /** The only path of counting that the rule on methods allows, default `/`. */
  countingPath?: string | undefined
  /** Percentage of requests that the sidecars trace when no caller has decided. */
  sampling: number
  /** Consul's own pages, as a browser reaches them; default the agent's. */
  uiUrl?: string | undefined
}

/** A real Consul agent, and both services behind Envoys that get their whole configuration from it. */
export function createConsulMesh(options: ConsulMeshOptions): Mesh {
  const { agent, sidecars, services: placements, backend, tracers, countingPath } = options
  let requested: ConsulState = {
    rule: options.entries ? ruleIn(options.entries) : 'get-only',
    protocol: 'http',
    sampling: String(options.sampling),
    tracer: options.tracer,
    // A chart's mesh entry fixes this setting.
    mtls: placements.counting.transparentProxy && !options.entries ? 'strict' : undefined,
  }
  /** The rule that `allow` returns to. */
  let allowingRule = requested.rule

  const { upstream } = placements.dashboard
  /** Prefix of the name of the listener that shows a sidecar's configuration. */
  const listeners: Record<ServiceName, string> = {
    dashboard: `counting:${upstream?.address}:${upstream?.port}`,
    counting: 'public_listener:',
  }
  const readConfig = (name: ServiceName): Promise<SidecarConfig> =>
    readSidecarConfig(placements[name].admin.url, listeners[name])

  const untilInForce = async (state: ConsulState, deadlineMs = UPDATE_DEADLINE): Promise<void> => {
    let outstanding = ''
    const inForce = async (): Promise<true | undefined> => {
      for (const name of services) {
        const status = await sidecars[name].status()
        if (status.state === 'rejected') {
          throw new LabError('TL_MESH_UPDATE_REJECTED', `${status.name} refused the change: ${status.reason}`)
        }
      }
      const read = await Promise.all(services.map(async (name) => ({ name, config: await readConfig(name) })))
      const behind = read.filter(({ name, config }) => !matchesState(config, { state, name }))
      outstanding = behind.map(({ name }) => name).join(', ')
      return outstanding === '' && (await hasHealthyCounting(placements.dashboard)) ? true : undefined
    }
    if ((await poll(inForce, { deadlineMs })) === undefined) {
      const down = await agent.downReason()
      const what =
        outstanding === ''
          ? 'no healthy counting endpoint: its sidecar is down or not ready yet'
          : `not in force in ${outstanding}`
      throw new LabError(
        'TL_MESH_UPDATE_TIMEOUT',
        `the change is not in force after ${deadlineMs / 1000} s: ${what}${down === undefined ? '' : `; Consul is down (${down})`}`,
      )
    }
    // Until then a kept-alive connection still has the old rules.
    await Promise.all(services.map((name) => sidecars[name].drained()))
  }

  /** Writes what differs from the previous state, and always the requested part: other clients may write to Consul. */
  const write = async (state: ConsulState, before?: ConsulState, part: Partial<ConsulState> = {}): Promise<void> => {
    const { client } = agent
    if (before === undefined && options.entries) {
      for (const entry of options.entries) await client.writeEntry(entry)
      return
    }
    const isNew = (...names: (keyof ConsulState)[]): boolean =>
      before === undefined || names.some((name) => name in part || before[name] !== state[name])
    if (isNew('tracer', 'sampling')) await client.writeEntry(await renderProxyDefaults(state, backend))
    if (before === undefined) await client.writeEntry(await renderMeshEntry(state))
    const writeRule = async (): Promise<void> => {
      if (isNew('rule')) await client.writeEntry(await renderIntentions(state, countingPath))
    }
    const writeProtocol = async (): Promise<void> => {
      if (isNew('protocol', 'mtls')) await client.writeEntry(await renderServiceDefaults('counting', state))
    }
    // Consul refuses a rule on methods while the protocol is tcp, and tcp while a rule names methods.
    const inOrder = state.protocol === 'http' ? [writeProtocol, writeRule] : [writeRule, writeProtocol]
    for (const writeEntry of inOrder) await writeEntry()
  }

  /** For settings of the bootstrap. Sidecars restart one at a time, so that one is always up. */
  const restartSidecars = async (): Promise<void> => {
    for (const name of ['counting', 'dashboard'] as const) {
      const sidecar = sidecars[name]
      await sidecar.prepare()
      await sidecar.restart()
    }
  }

  /** The requested state with the rule that is in Consul: a user may have changed it there. */
  const readState = async (): Promise<ConsulState> => {
    const entry = await agent.client.readEntry('service-intentions', 'counting')
    return entry === undefined ? requested : { ...requested, rule: ruleIn([entry]) }
  }

  const change = async (partOf: (current: ConsulState) => Partial<ConsulState>): Promise<void> => {
    const before = await readState()
    const part = partOf(before)
    const next = withRuleFor({ ...before, ...part }, part)
    await write(next, before, part)
    try {
      if (next.tracer !== before.tracer) await restartSidecars()
    } catch (error) {
      await write(before, next)
      await restartSidecars()
      throw error
    }
    requested = next
    if (accessOf(next.rule) === 'allowed') allowingRule = next.rule
    await untilInForce(next)
  }

  const queue = createSerialQueue()
  /** Each change waits until its own state is in force. */
  const enqueue = (partOf: (current: ConsulState) => Partial<ConsulState>): Promise<void> => queue(() => change(partOf))

  const sidecarStatus = (name: ServiceName, down: string | undefined): Promise<SidecarStatus> =>
    statusUnderControlPlane(sidecars[name], { name: `${name}-sidecar`, controlPlane: 'Consul', downReason: () => down })

  return {
    name: 'consul',
    get bypass() {
      return options.bypass(requested)
    },
    async start() {
      await agent.start()
      // A server that was already running has kept its rule.
      requested = await readState()
      await write(requested)
      for (const name of services) await agent.client.register(await renderRegistration(name, placements[name]))
      await Promise.all(services.map((name) => sidecars[name].prepare()))
      await Promise.all(services.map((name) => sidecars[name].start()))
      await untilInForce(requested, START_DEADLINE)
    },
    async stop() {
      await Promise.all(services.map((name) => sidecars[name].stop()))
      await agent.stop()
    },
    allow: () => enqueue(({ protocol }) => ({ rule: protocol === 'tcp' ? 'everything' : allowingRule })),
    deny: () => enqueue(() => ({ rule: 'denied' })),
    async tracing(tracer) {
      requireTracer(tracer, tracers)
      await enqueue(() => ({ tracer }))
    },
    async set(setting) {
      const part = parseSetting(setting, requested)
      if (part === undefined) {
        throw new LabError(
          'TL_CONTROL_BAD_REQUEST',
          `Consul has no setting "${setting.name}" with the value "${setting.value}"`,
        )
      }
      await enqueue(() => part)
    },
    async status() {
      const [down, counting] = await Promise.all([agent.downReason(), readConfig('counting')])
      const state = stateInForce(counting, requested)
      return {
        mesh: 'consul',
        tracer: state.tracer,
        tracers,
        access: accessOf(state.rule),
        sidecars: await Promise.all(services.map((name) => sidecarStatus(name, down))),
        settings: describeSettings(state, countingPath),
        bypass: options.bypass(state),
        links: [{ label: 'Consul', url: options.uiUrl ?? `${agent.client.url}/ui/` }],
      }
    },
    pids: () => pidsOf([agent, ...services.map((name) => sidecars[name])]),
  }
}
