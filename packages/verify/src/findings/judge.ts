import { type Analysis, analyse } from '../evidence/analyse.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { catalogue } from './catalogue.ts'
import type { Fix, Judgement, Level, Mesh, ObjectLine, Rule } from './finding.ts'

/** The printed form: a judgement with the texts of its rule. */
export interface Finding extends Judgement {
  id: Rule['id']
  title: string
  level: Level
  /** The evidence is short of the rule’s proof: it counts one level lower, and `decides` says what would prove it. */
  suspected: boolean
  /** For the current mesh and language, the most specific first. */
  fixes: Fix[]
  /** Where its object is written, with `--manifests`. */
  location?: { file: string; line: number }
}

export interface JudgeOptions {
  /** Default all. */
  rules?: readonly Rule[]
  /** Default: recognized from the spans' names. */
  mesh?: Mesh
}

/** Every finding about this evidence, the most severe first. A pure function: the same evidence, the same findings. */
export function judge(evidence: Evidence, options: JudgeOptions = {}): { analysis: Analysis; findings: Finding[] } {
  const { rules = catalogue } = options
  const analysis = analyse(evidence)
  const mesh = options.mesh ?? detectMesh(analysis)
  const all = rules.flatMap((rule) => rule.judge(analysis).map((judgement) => ({ rule, judgement })))
  const remaining = all.filter(
    ({ rule, judgement }) => !all.some((stronger) => isSuperseded(rule, judgement, stronger)),
  )
  const findings = remaining
    .map(({ rule, judgement }): Finding => {
      const level = judgement.level ?? rule.level
      const suspected = level === 'error' && judgement.proven === false
      return {
        ...judgement,
        ...(judgement.object && { object: ofWorkload(evidence, judgement.object) }),
        id: rule.id,
        title: rule.title,
        level,
        suspected,
        fixes: [
          ...(judgement.fix === undefined ? [] : [{ text: judgement.fix }]),
          ...chooseFixes(rule.fixes, mesh, judgement.language ?? null),
        ],
      }
    })
    .sort((a, b) => severity(b) - severity(a))
  return { analysis, findings }
}

/** Of files, a pod is what the template of a workload describes. */
function ofWorkload({ cluster }: Evidence, object: ObjectLine): ObjectLine {
  const workload = object.kind === 'Pod' ? cluster?.declared?.workloads[object.name] : undefined
  if (workload === undefined) return object
  return { kind: workload.kind, name: workload.name, field: `${workload.field}${object.field}` }
}

function isSuperseded(rule: Rule, judgement: Judgement, by: { rule: Rule; judgement: Judgement }): boolean {
  return (by.rule.supersedes ?? []).some(
    ({ id, hop }) => id === rule.id && (hop === 'any' || by.judgement.hop === judgement.hop),
  )
}

/** 3 error, 2 warning or suspected, 1 note. */
export function severity({ level, suspected }: Pick<Finding, 'level' | 'suspected'>): number {
  if (level === 'note') return 1
  return level === 'error' && !suspected ? 3 : 2
}

function chooseFixes(fixes: readonly Fix[], mesh: Mesh, language: string | null): Fix[] {
  const fits = fixes.filter(
    (fix) => (fix.mesh === undefined || fix.mesh === mesh) && (fix.language === undefined || fix.language === language),
  )
  return fits.sort((a, b) => nearness(b) - nearness(a))
}

const nearness = ({ language, mesh }: Fix): number => (language === undefined ? 0 : 2) + (mesh === undefined ? 0 : 1)

/** Istio and Consul name nodes and clusters differently. */
function detectMesh({ nodes, evidence }: Pick<Analysis, 'nodes' | 'evidence'>): Mesh {
  const { cluster } = evidence
  if (cluster?.pods.some(({ sidecar }) => sidecar === 'consul')) return 'consul'
  if (cluster?.pods.some(({ sidecar }) => sidecar === 'istio')) return 'istio'
  const names = [
    ...nodes.flatMap(({ span }) => [span.node ?? '', span.cluster ?? '']),
    ...evidence.envoys.map(({ node }) => node),
  ]
  if (names.some((name) => /^(sidecar|router|waypoint)~|^(in|out)bound\|/.test(name))) return 'istio'
  if (names.some((name) => /\.consul$|-sidecar-proxy|\.internal\.[0-9a-f-]{36}\./.test(name))) return 'consul'
  return 'envoy'
}
