import { analyse, SAMPLED_KINDS } from './evidence/analyse.ts'
import type { ClusterFacts } from './evidence/cluster-facts.ts'
import { EVIDENCE_SCHEMA, type Evidence } from './evidence/evidence.ts'
import type { Probe, ProbeKind } from './evidence/probe.ts'
import { EXTRA_KINDS, planProbe, REPEAT_KINDS } from './probes/plan-probes.ts'
import { type SendOptions, sendProbe } from './probes/send-probe.ts'
import { collectSpans } from './readers/collect-spans.ts'
import { readEnvoy } from './readers/read-envoy.ts'
import type { TraceBackend } from './readers/trace-backend.ts'

export interface VerifyOptions {
  /** Where the request enters. */
  url: string
  backend: TraceBackend
  method?: string | undefined
  /** Sent with every probe, never stored. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Repeats of all kinds of probes, default 2; up to three more of some kinds follow while they disagree. */
  repeat?: number | undefined
  /** The same request behind the edge, for TLV204. */
  inside?: string | undefined
  /** Address of an app, bypassing its sidecar, for TLV601. */
  bypass?: string | undefined
  /** Admin interfaces of Envoys on the path. */
  envoys?: readonly string[] | undefined
  /**
   * Reads the objects of a cluster about the path, once its spans are there; and the admin interfaces of Envoys that it
   * leads to.
   */
  readCluster?: ((evidence: Evidence) => Promise<{ facts: ClusterFacts; envoys: string[] }>) | undefined
  /**
   * Milliseconds to wait for reporters, default 6500: the five seconds of Envoy and the SDKs, plus a margin.
   */
  settleMs?: number | undefined
  /** Milliseconds between the starts of two probes, default 200: five a second. */
  intervalMs?: number | undefined
  /** Milliseconds for one probe, default 10,000. */
  timeoutMs?: number | undefined
  signal?: AbortSignal | undefined
  /** Progress, one line at a time. */
  onProgress?: ((line: string) => void) | undefined
}

/** Most probes in one run. */
const MAX_PROBES = 50
const EXTRA_REPEATS = 3
/** Nothing received the request, so nothing can have left a span of it. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** Sends probes and collects their spans. Reads only; rejects only when `signal` aborts. */
export async function collectEvidence(options: VerifyOptions): Promise<Evidence> {
  const { backend, repeat = 2, onProgress = () => {} } = options
  const envoys = [...(options.envoys ?? [])]
  const evidence: Evidence = {
    schema: EVIDENCE_SCHEMA,
    url: withoutSecrets(options.url),
    bypass: options.bypass === undefined ? null : withoutSecrets(bypassUrl(options.bypass, options.url)),
    callerSendsNoUuid: hasNoUuid(options.headers ?? {}),
    probes: [],
    spans: [],
    backend: { kind: backend.kind, searchable: backend.searchable, failure: null },
    envoys: [],
    cluster: null,
    unseen: [],
  }
  const send = createSender(options, evidence.probes)
  onProgress(`sending probes to ${evidence.url}`)
  for (let number = 1; number <= repeat; number++) {
    for (const kind of REPEAT_KINDS) await send(kind, number)
    if (options.inside !== undefined) await send('inside', number)
    if (options.bypass !== undefined) await send('bypass', number)
  }
  const arrived = evidence.probes.some(({ status, failure }) => status !== null || !NOT_SENT.has(failure ?? ''))
  const collect = async (): Promise<void> => {
    onProgress('waiting for spans')
    await collectSpans(evidence, { backend, settleMs: options.settleMs, signal: options.signal })
  }
  if (arrived) await collect()
  if (arrived && repeatsDisagree(evidence)) {
    onProgress('repeats disagree: sending more probes')
    for (let number = repeat + 1; number <= repeat + EXTRA_REPEATS; number++) {
      for (const kind of EXTRA_KINDS) await send(kind, number)
    }
    await collect()
  }
  if (options.readCluster !== undefined) {
    onProgress('reading objects and proxies')
    const { facts, envoys: more } = await options.readCluster(evidence)
    evidence.cluster = facts
    envoys.push(...more)
  }
  for (const at of envoys) {
    try {
      evidence.envoys.push(await readEnvoy(at))
    } catch (error) {
      evidence.unseen.push(`Envoy at ${withoutSecrets(at)}: ${(error as Error).message}`)
    }
  }
  if (envoys.length === 0) evidence.unseen.push('proxies’ own configuration and counters (--envoy)')
  if (!backend.searchable) evidence.unseen.push(`traces other than the probes’ own: ${backend.kind} is read by id`)
  return evidence
}

/** Sends probes one after another, at most one per interval, up to the maximum. */
function createSender(options: VerifyOptions, probes: Probe[]): (kind: ProbeKind, repeat: number) => Promise<void> {
  const { intervalMs = 200, method, headers, timeoutMs, signal } = options
  const common: Omit<SendOptions, 'url'> = { method, headers, timeoutMs, signal }
  const urls: Partial<Record<ProbeKind, string | undefined>> = {
    inside: options.inside,
    bypass: options.bypass === undefined ? undefined : bypassUrl(options.bypass, options.url),
  }
  let next = performance.now()
  return async (kind, repeat) => {
    if (probes.length >= MAX_PROBES) return
    signal?.throwIfAborted()
    const pause = next - performance.now()
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
    next = Math.max(next, performance.now()) + intervalMs
    probes.push(await sendProbe(planProbe(kind, repeat), { ...common, url: urls[kind] ?? options.url }))
  }
}

/** Origin and path: credentials and a query are not printed or stored. */
function withoutSecrets(address: string): string {
  const { origin, pathname } = new URL(address)
  return `${origin}${pathname}`
}

/** `host:port` gets the path of the request; a URL stays as it is. */
function bypassUrl(address: string, url: string): string {
  if (/^https?:\/\//i.test(address)) return address
  const { pathname, search } = new URL(url)
  return `http://${address}${pathname}${search}`
}

/** Probes of one kind left spans of different services: some are late, or one service samples by itself. */
function repeatsDisagree(evidence: Evidence): boolean {
  const { of } = analyse(evidence)
  return SAMPLED_KINDS.some((kind) => {
    const services = of(kind).map(({ nodes }) =>
      [...new Set(nodes.map(({ span }) => `${span.service} ${span.proxy} ${span.kind}`))].sort().join(),
    )
    return new Set(services).size > 1
  })
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function hasNoUuid(headers: Readonly<Record<string, string>>): boolean {
  const [, id] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-request-id') ?? []
  return id !== undefined && !UUID.test(id)
}
