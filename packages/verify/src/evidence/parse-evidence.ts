import { EVIDENCE_SCHEMA, type Evidence } from './evidence.ts'

/** The version that knew of no cluster. */
const WITHOUT_CLUSTER = 1

/**
 * Reads what `--save` wrote.
 *
 * @throws SyntaxError when the text is not JSON, TypeError when it is not evidence or of another version
 */
export function parseEvidence(text: string): Evidence {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new TypeError('it holds no evidence of throughline verify')
  const { schema, url, probes, spans, backend, envoys, unseen } = value as Partial<Record<keyof Evidence, unknown>>
  if (schema !== EVIDENCE_SCHEMA && schema !== WITHOUT_CLUSTER) {
    throw new TypeError(
      schema === undefined
        ? 'it holds no evidence of throughline verify'
        : `it has version ${JSON.stringify(schema)} of the evidence, this program reads version ${EVIDENCE_SCHEMA}`,
    )
  }
  const complete =
    typeof url === 'string' && typeof backend === 'object' && [probes, spans, envoys, unseen].every(Array.isArray)
  if (!complete) throw new TypeError('parts of the evidence are missing')
  return schema === WITHOUT_CLUSTER ? upgrade(value as Evidence) : (value as Evidence)
}

function upgrade(evidence: Evidence): Evidence {
  const envoys = evidence.envoys.map((envoy) => ({
    ...envoy,
    listeners: envoy.listeners.map((listener) => ({ ...listener, ports: [] })),
  }))
  return { ...evidence, schema: EVIDENCE_SCHEMA, envoys, cluster: null }
}
