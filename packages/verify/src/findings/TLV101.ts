import type { Analysis } from '../evidence/analyse.ts'
import { formatsOfProxies, formatsRead } from '../evidence/formats.ts'
import type { SpanNode } from '../evidence/trace-forest.ts'
import type { Judgement, Rule } from './finding.ts'
import { calleeBelow, describeFragment, type OpenCall, openCalls } from './open-calls.ts'
import { PROPAGATOR_FIXES } from './propagator-fixes.ts'
import { appBehind, countProbes, formatMs, nameSpan } from './support.ts'

export const TLV101: Rule = {
  id: 'TLV101',
  title: 'the app does not propagate context',
  level: 'error',
  proof:
    'Stored spans and a comparison of probes: a call of the app contains a separate trace that begins at a proxy, for the same authority, and it does so with a W3C-only and with a B3-only probe alike.',
  explanation: [
    'A sidecar forwards a request to its app and later sees a new request from that app. Nothing but the headers that the app copies, or that its SDK injects, tells the sidecar that the second belongs to the first. Without them it starts a new trace.',
    'In the backend the request falls into two traces: one ends at the app’s CLIENT span (or its SERVER span, where the client is not instrumented), the other begins at the app’s own sidecar. The second lies inside the first in time.',
  ],
  fixes: PROPAGATOR_FIXES,
  supersedes: [{ id: 'TLV102', hop: 'same' }],
  judge: (analysis) =>
    openCalls(analysis, ['client-proxy', 'server-proxy', 'proxy-through']).flatMap((call) => judgeCall(call, analysis)),
}

function judgeCall(call: OpenCall, analysis: Analysis): Judgement[] {
  const [link] = call.links
  if (link === undefined || call.links.some(({ host }) => calleeBelow(host) !== undefined)) return []
  const { host, root } = link
  const hop = host.span.proxy ? appBehind(host) : host.span.service
  const reads = formatsRead(analysis, ({ span }) => !span.proxy && span.service === hop)
  const proxies = formatsOfProxies(analysis)
  const shared = [...reads].some((format) => proxies.has(format))
  // A format that the proxies don't read is a separate finding.
  if (reads.size > 0 && !shared) return []
  const calleeReads = hasApp(root)
  return [
    {
      hop,
      seen: [
        `${nameSpan(host)} (${formatMs(host.span.durationUs)}) contains a separate trace: ${describeFragment(root)}, ${countProbes(call.paths.length, call.paths.length)}`,
        ...(call.bothFormats
          ? [`it does so for a caller that sends W3C and for one that sends B3: ${hop} propagates neither`]
          : []),
        ...(reads.size === 0 && !host.span.proxy
          ? [`${hop} reads no context either: its own span begins a trace`]
          : []),
      ],
      cause: `${hop} calls without the trace headers of the request it serves, so ${root.span.service} starts a new trace`,
      sources: call.bothFormats ? ['S', 'D'] : ['S'],
      proven: call.bothFormats && call.certain && (shared || calleeReads || reads.size === 0),
      decides: call.certain
        ? `spans of the app behind ${root.span.service}, or \`--envoy\` with the admin interface of ${root.span.service}`
        : 'probes at a quiet time: other requests overlap, and their spans can’t be told from these',
      break: { after: host.span.service, before: root.span.service },
      language: host.span.language,
    },
  ]
}

const hasApp = (root: SpanNode): boolean => root.children.some((child) => !child.span.proxy || hasApp(child))
