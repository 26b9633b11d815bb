import { SAMPLED_KINDS, type Analysis, type ProbePath } from '../evidence/analyse.ts'
import type { SpanNode } from '../evidence/trace-forest.ts'
import type { Rule } from './finding.ts'
import { countProbes, proxiesOf, roleOf } from './support.ts'

export const TLV205: Rule = {
  id: 'TLV205',
  title: 'one service samples by itself',
  level: 'warning',
  proof: 'Stored spans: in some of the probes, and not by their kind, the trace ends before the same service.',
  explanation: [
    'A sampler that ignores the parent (traceidratio without parentbased_) decides again in the middle of a trace. When it decides against sampling, that service and everything behind it are missing, while the services before it are present.',
    'The trace ids of the probes are chosen so that two repeats of a kind lie at different ends of a ratio sampler: it keeps one and drops the other, whatever its ratio.',
  ],
  fixes: [
    {
      text: 'set OTEL_TRACES_SAMPLER=parentbased_traceidratio (or parentbased_always_on) in that service: only a root decides',
    },
  ],
  judge: (analysis) => {
    const hole = findHoles(analysis)
    if (hole === undefined) return []
    const { service, missing, present, proxy } = hole
    return [
      {
        hop: service,
        seen: [
          `${service} left no span in ${countProbes(missing, missing + present)}, of kinds in which it did in others`,
          `${proxy} before it is in all of them`,
        ],
        cause: `${service} decides about sampling by itself, although its caller’s context says sampled`,
        sources: ['S'],
      },
    ]
  },
}

/** The one service at which traces end, if they do at one only, and repeats of one kind of probe disagree about it. */
function findHoles(
  analysis: Analysis,
): { service: string; missing: number; present: number; proxy: string } | undefined {
  const paths = analysis.of(...SAMPLED_KINDS).filter((path) => proxiesOf(path).length > 0)
  const full = paths.reduce<string[]>((longest, path) => {
    const services = servicesOf(path)
    return services.length > longest.length ? services : longest
  }, [])
  const holes = paths.map((path) => {
    const have = new Set(servicesOf(path))
    return { path, service: full.find((service) => !have.has(service)) }
  })
  const services = new Set(holes.flatMap(({ service }) => (service === undefined ? [] : [service])))
  const [service] = services
  if (services.size !== 1 || service === undefined) return undefined
  const missing = holes.filter((hole) => hole.service === service)
  const present = holes.length - missing.length
  const disagree = missing.some(({ path }) =>
    holes.some((hole) => hole.service === undefined && hole.path.probe.kind === path.probe.kind),
  )
  if (missing.length < 2 || present < 2 || !disagree) return undefined
  // The proxy before the service must be there where the service is not: else it is the proxy that is missing.
  const first = holes
    .find((hole) => hole.service === undefined)
    ?.path.nodes.find(({ span }) => span.service === service)
  const proxy = first && proxyAbove(first)
  if (proxy?.span.kind !== 'server') return undefined
  const role = roleOf(proxy)
  if (!missing.every(({ path }) => path.nodes.some((node) => roleOf(node) === role))) return undefined
  return { service, missing: missing.length, present, proxy: proxy.span.service }
}

function proxyAbove({ parent }: SpanNode): SpanNode | undefined {
  for (let above = parent; above !== null; above = above.parent) if (above.span.proxy) return above
  return undefined
}

const servicesOf = (path: ProbePath): string[] => [
  ...new Set(path.nodes.filter(({ span }) => !span.proxy).map(({ span }) => span.service)),
]
