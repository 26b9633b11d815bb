import type { Evidence } from '../evidence/evidence.ts'
import { describePath, type PathHop } from '../evidence/path.ts'
import type { Level, Rule } from '../findings/finding.ts'
import { type Finding, judge, severity } from '../findings/judge.ts'
import { version } from '../version.ts'
import { toPrintable } from './printable.ts'

/** Version of the shape that `--format json` prints. */
const REPORT_SCHEMA = 1

/** What every format prints. */
export interface Report {
  schema: typeof REPORT_SCHEMA
  tool: 'throughline'
  version: string
  url: string
  path: PathHop[]
  /** The most severe first; suspected findings count one level lower. */
  findings: Finding[]
  /** The result of `--expect`; null without it. */
  expectation: { expected: string[]; found: string[]; met: boolean } | null
  probes: { sent: number; answered: number; withSpans: number }
  /** Trace ids of the sampled probes, to open in the backend. */
  traceIds: string[]
  /** What was read in place of sending probes, with `--manifests` alone; else null. */
  manifests: { files: number; objects: number; ignored: number } | null
  /** What could not be examined. */
  unseen: string[]
  /** `passed`: nothing at or above the level; `failed`; `unknown`: could not tell. */
  outcome: 'passed' | 'failed' | 'unknown'
}

export interface ReportOptions {
  rules?: readonly Rule[]
  /** The lowest level that fails, default `error`. */
  level?: Level
  /** Services that must be on the path, in this order. */
  expect?: readonly string[]
}

const THRESHOLD: Record<Level, number> = { error: 3, warning: 2, note: 1 }

/** Judges evidence and returns the result. */
export function createReport(observed: Evidence, { rules, level = 'error', expect }: ReportOptions = {}): Report {
  const evidence = toPrintable(observed)
  const { analysis, findings } = judge(evidence, rules === undefined ? {} : { rules })
  const withSpans = analysis.paths.filter(({ nodes }) => nodes.length > 0).length
  const path = describePath(analysis)
  const apps = [...new Set(path.filter(({ proxy }) => !proxy).map(({ service }) => service))]
  const expectation = expect === undefined ? null : { expected: [...expect], found: apps, met: isInOrder(expect, apps) }
  const declared = evidence.cluster?.declared
  return {
    schema: REPORT_SCHEMA,
    tool: 'throughline',
    version,
    url: evidence.url,
    path,
    findings,
    expectation,
    probes: {
      sent: evidence.probes.length,
      answered: evidence.probes.filter(({ status }) => status !== null).length,
      withSpans,
    },
    traceIds: analysis.of('w3c').flatMap(({ probe }) => probe.contexts.map(({ traceId }) => traceId)),
    manifests:
      declared === undefined ? null : { files: declared.files, objects: declared.objects, ignored: declared.ignored },
    unseen: evidence.unseen,
    outcome: decide(),
  }

  function decide(): Report['outcome'] {
    const threshold = THRESHOLD[level]
    if (findings.some((finding) => severity(finding) >= threshold)) return 'failed'
    if (declared !== undefined) {
      // Files that could not be read are the only thing that is not seen.
      const isRead = declared.objects > declared.ignored && evidence.unseen.length === 0
      return isRead && !findings.some((finding) => finding.suspected) ? 'passed' : 'unknown'
    }
    if (evidence.backend.failure !== null || withSpans === 0) return 'unknown'
    if (expectation !== null && !expectation.met) return 'failed'
    return findings.some((finding) => finding.suspected) ? 'unknown' : 'passed'
  }
}

/** `23 objects in 5 files, 4 of them of kinds that no finding reads`. */
export function describeManifests({ files, objects, ignored }: NonNullable<Report['manifests']>): string {
  const others = ignored === 0 ? '' : `, ${ignored} of them of kinds that no finding reads`
  return `${count(objects, 'object')} in ${count(files, 'file')}${others}`
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`

function isInOrder(expected: readonly string[], found: readonly string[]): boolean {
  let from = 0
  for (const service of expected) {
    const at = found.indexOf(service, from)
    if (at < 0) return false
    from = at + 1
  }
  return true
}
