import { isRecord } from '@throughline/trace-store'
import { EVIDENCE_SCHEMA, type Evidence } from './evidence.ts'

/** The version that knew of no cluster. */
const WITHOUT_CLUSTER = 1

/**
 * Reads what `--save` wrote.
 *
 * @throws TypeError when the text is not JSON, not evidence, or of another version; its message follows “FILE: ”
 */
export function parseEvidence(text: string): Evidence {
  const value = parseJson(text)
  if (!isRecord(value)) throw new TypeError('it holds no evidence of throughline verify')
  const { schema, url, probes, spans, backend, envoys, unseen } = value satisfies Partial<
    Record<keyof Evidence, unknown>
  >
  if (schema !== EVIDENCE_SCHEMA && schema !== WITHOUT_CLUSTER) {
    throw new TypeError(
      schema === undefined
        ? 'it holds no evidence of throughline verify'
        : `it has version ${JSON.stringify(schema)} of the evidence, this program reads version ${EVIDENCE_SCHEMA}`,
    )
  }
  const complete = typeof url === 'string' && isRecord(backend) && Array.isArray(unseen)
  if (!complete) throw new TypeError('parts of the evidence are missing')
  requireMembers('probes', probes)
  requireMembers('spans', spans)
  requireMembers('envoys', envoys)
  return schema === WITHOUT_CLUSTER ? upgrade(value as unknown as Evidence) : (value as unknown as Evidence)
}

/** What each member has to have for a rule to read it. */
const MEMBERS = {
  probes: { kind: isText, nonce: isText, contexts: Array.isArray, startUs: Number.isFinite, endUs: Number.isFinite },
  spans: { traceId: isText, spanId: isText, service: isText, startUs: Number.isFinite, durationUs: Number.isFinite },
  envoys: { node: isText, listeners: Array.isArray, collectors: Array.isArray },
} satisfies Record<string, Record<string, (value: unknown) => boolean>>

function requireMembers(name: keyof typeof MEMBERS, members: unknown): void {
  if (!Array.isArray(members)) throw new TypeError(`parts of the evidence are missing: ${name}`)
  for (const [index, member] of members.entries()) {
    const wrong = Object.entries(MEMBERS[name]).find(([key, fits]) => !isRecord(member) || !fits(member[key]))
    if (wrong !== undefined) throw new TypeError(`parts of the evidence are missing: ${name}[${index}].${wrong[0]}`)
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw new TypeError('the file is empty')
  try {
    return JSON.parse(text)
  } catch {
    throw new TypeError('the file is not JSON, or only a part of it')
  }
}

function upgrade(evidence: Evidence): Evidence {
  const envoys = evidence.envoys.map((envoy) => ({
    ...envoy,
    listeners: envoy.listeners.map((listener) => ({ ...listener, ports: [] })),
  }))
  return { ...evidence, schema: EVIDENCE_SCHEMA, envoys, cluster: null }
}
