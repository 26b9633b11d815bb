import { type Analysis, SAMPLED_KINDS } from '../evidence/analyse.ts'
import type { ProbeKind } from '../evidence/probe.ts'
import type { SpanNode } from '../evidence/trace-forest.ts'
import type { Rule } from './finding.ts'

export const TLV107: Rule = {
  id: 'TLV107',
  title: 'an empty or malformed header makes a proxy vanish',
  level: 'warning',
  proof:
    'A comparison of probes: behind a call of an app that is recorded, the proxies are missing for all probes of one format and for none of another, and no digit of x-request-id restores them.',
  explanation: [
    'Envoy makes no span at all for a request whose trace header it can’t parse: traceparent with zero or short ids, or an empty b3. It forwards the headers untouched, so the next proxy vanishes too, while apps that read the other format stay joined.',
    'The usual cause is code that copies headers by hand: `headers.b3 = request.headers.b3 ?? ""`.',
  ],
  fixes: [{ text: 'send a trace header only when it has a value; let the SDK’s propagator write it' }],
  judge: (analysis) => {
    const kinds = (['bare', 'w3c', 'b3', 'both'] as const).filter((kind) => analysis.of(kind).length > 0)
    const calls = new Map<string, Map<ProbeKind, Call[]>>()
    for (const kind of [...kinds, 'w3c-forced' as const]) {
      for (const { nodes } of analysis.of(kind)) {
        for (const node of nodes.filter(isCall)) {
          const byKind = calls.get(node.span.service) ?? new Map<ProbeKind, Call[]>()
          calls.set(node.span.service, byKind)
          byKind.set(kind, [...(byKind.get(kind) ?? []), { proxy: proxyOf(node, nodes), isJoined: isJoined(node) }])
        }
      }
    }
    return [...calls].flatMap(([hop, byKind]) => {
      const of = (kind: ProbeKind): Call[] => byKind.get(kind) ?? []
      const all = (kind: ProbeKind, state: boolean): boolean =>
        of(kind).length > 0 && of(kind).every(({ proxy }) => (proxy !== undefined) === state)
      const lost = kinds.filter((kind) => all(kind, false))
      const traced = kinds.filter((kind) => all(kind, true))
      const proxy = traced.flatMap(of)[0]?.proxy
      const explainedByDigit = all('w3c', false) && all('w3c-forced', true)
      if (lost.length === 0 || proxy === undefined || explainedByDigit) return []
      if (!hasSampledCall(analysis, hop)) return []
      // A header that can't be parsed is so each time: a format with and without the proxy is one that a proxy samples.
      if (FORMATS.some((kind) => byKind.has(kind) && !all(kind, true) && !all(kind, false))) return []
      // A proxy that samples nothing of a request says so to the app behind it, which then has no span either.
      const fewest = Math.min(...[...lost, ...traced].map((kind) => of(kind).length))
      if (fewest < NO_CHANCE && !lost.flatMap(of).some((call) => call.isJoined)) return []
      return [
        {
          hop,
          seen: [
            `behind ${hop}’s CLIENT span ${proxy.span.service} reports nothing for probes that send ${lost.map(nameKind).join(' or ')}`,
            `it reports for probes that send ${traced.map(nameKind).join(' or ')}`,
          ],
          cause: `${hop} sends a trace header that ${proxy.span.service} can’t parse, such as an empty one, when the request it serves has none of that format`,
          sources: ['S', 'D'] as const satisfies ('S' | 'D')[],
          break: { after: hop, before: proxy.span.service },
          language: null,
        },
      ]
    })
  },
}

/** Repeats of each format that chance does not make alike. */
const NO_CHANCE = 4

interface Call {
  proxy: SpanNode | undefined
  /** The called app continues the trace of the call itself. */
  isJoined: boolean
}

/** Kinds of probes that are marked as sampled, each in a format of its own. */
const FORMATS = ['w3c', 'b3', 'both'] as const satisfies ProbeKind[]

const isCall = ({ span }: SpanNode): boolean => !span.proxy && span.kind === 'client'

const isJoined = ({ children }: SpanNode): boolean => children.some(({ span }) => !span.proxy && span.kind === 'server')

/** The proxy that a call went through, wherever in the trace it is. */
function proxyOf(call: SpanNode, nodes: readonly SpanNode[]): SpanNode | undefined {
  const start = call.span.startUs - 2000
  const end = call.span.startUs + call.span.durationUs + 2000
  return nodes.find(
    ({ span, parent }) =>
      span.proxy &&
      (parent === call ||
        (span.authority === call.span.authority && span.startUs >= start && span.startUs + span.durationUs <= end)),
  )
}

/** The call is recorded in each kind of probe: what is missing behind it was not decided before it. */
function hasSampledCall(analysis: Analysis, service: string): boolean {
  return analysis
    .of(...SAMPLED_KINDS)
    .every(({ nodes }) => nodes.some((node) => isCall(node) && node.span.service === service))
}

function nameKind(kind: ProbeKind): string {
  if (kind === 'bare') return 'no context'
  if (kind === 'w3c') return 'W3C only'
  return kind === 'b3' ? 'B3 only' : 'both formats'
}
