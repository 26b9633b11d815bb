import { type Analysis, SAMPLED_KINDS } from '../evidence/analyse.ts'
import type { Judgement, Rule } from './finding.ts'
import { endedCalls } from './ended-calls.ts'
import { countProbes, nameSpan, proxiesOf } from './support.ts'

export const TLV902: Rule = {
  id: 'TLV902',
  title: 'the evidence fits more than one cause',
  level: 'note',
  proof: 'Printed with every suspected finding, and when nothing can be concluded.',
  explanation: [
    'An error needs a differential proof or two independent sources. With less, a finding is printed as suspected, and this one names the access or the probe that would decide.',
  ],
  fixes: [{ text: 'provide the named access, and run it again' }],
  judge: (analysis) => [...noSpans(analysis), ...noProxies(analysis), ...nothingSent(analysis), ...cutOff(analysis)],
}

function noSpans({ paths, evidence }: Analysis): Judgement[] {
  if (evidence.backend.failure !== null || paths.some(({ nodes }) => nodes.length > 0)) return []
  if (paths.every(({ probe }) => probe.status === null)) return []
  return [
    {
      hop: 'the path',
      seen: ['no span of any probe was stored', ...describeAnswers(paths)],
      cause:
        'nothing on the path traces, its spans go to another backend, they are dropped by tail sampling, or they arrive too late',
      sources: [],
      decides:
        '`--envoy` with the admin interface of a sidecar; `--listen`, with one of them pointed here; `--settle` for late spans',
    },
  ]
}

/** Where all probes got the same answer that is no success: it may come from before the path, or be of another. */
function describeAnswers(paths: Analysis['paths']): string[] {
  const statuses = new Set(paths.flatMap(({ probe }) => probe.status ?? []))
  const [status] = statuses
  if (statuses.size !== 1 || status === undefined || status < 300) return []
  const note = status < 400 ? ', a redirect, which is not followed: give the URL that it leads to' : ''
  return [`every answer was ${status}${note}`]
}

function noProxies(analysis: Analysis): Judgement[] {
  const traced = analysis.of(...SAMPLED_KINDS).filter(({ nodes }) => nodes.length > 0)
  if (traced.length === 0 || traced.some((path) => proxiesOf(path).length > 0)) return []
  return [
    {
      hop: 'the path',
      seen: ['apps left spans, and no proxy did'],
      cause: 'there is no sidecar on the path, or none that traces',
      sources: [],
      decides: '`--envoy` with the admin interface of a sidecar',
    },
  ]
}

function nothingSent({ paths, evidence }: Analysis): Judgement[] {
  const [first] = paths
  if (first === undefined || paths.some(({ probe }) => probe.status !== null)) return []
  return [
    {
      hop: evidence.url,
      seen: [`no probe was answered: ${first.probe.failure ?? 'no reason'}`],
      cause: 'the address does not answer, or refuses the connection',
      sources: [],
      decides: 'an address that answers',
    },
  ]
}

/** The trace ends at the call of an app, in every probe that has the call. */
function cutOff(analysis: Analysis): Judgement[] {
  return endedCalls(analysis).flatMap(({ app, host, sidecar, ended, continued }) => {
    if (continued.length > 0) return []
    const callee = host.span.authority
    return [
      {
        hop: app,
        seen: [
          `the trace ends at ${nameSpan(host)}${callee === null ? '' : ` to ${callee}`}, ${countProbes(ended.length, ended.length)}`,
          `${sidecar.service} traces the request that ${app} serves, and not this call`,
        ],
        cause: `${app} calls something outside the mesh that does not trace, or ${sidecar.service} decides again about sampling, as ${app} does not forward x-request-id`,
        sources: [],
        decides: `\`--envoy\` with the admin interface of ${sidecar.service}`,
      },
    ]
  })
}
