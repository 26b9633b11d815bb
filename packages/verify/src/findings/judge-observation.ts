import { EVIDENCE_SCHEMA, type Evidence } from '../evidence/evidence.ts'
import type { Probe } from '../evidence/probe.ts'
import { judge } from './judge.ts'
import { nameFinding, type NamedFinding } from './name-finding.ts'

/** What a check saw: answers to single probes, or what a proxy says of itself. */
export interface Observation extends Partial<Pick<Evidence, 'bypass' | 'envoys'>> {
  probe?: Pick<Probe, 'status' | 'words'> & { kind: 'bare' | 'bypass' }
}

/**
 * What the catalogue calls that: the most severe finding about it, suspected or not, since one observation rarely proves
 * it. Undefined where no rule applies.
 */
export function judgeObservation({ probe, ...seen }: Observation): NamedFinding | undefined {
  const sent = { repeat: 1, nonce: '', contexts: [], requestId: null, startUs: 0, endUs: 0, failure: null }
  const evidence: Evidence = {
    schema: EVIDENCE_SCHEMA,
    url: '',
    bypass: null,
    callerSendsNoUuid: false,
    probes: probe === undefined ? [] : [{ ...sent, ...probe }],
    spans: [],
    backend: { kind: 'none', searchable: true, failure: null },
    envoys: [],
    cluster: null,
    unseen: [],
    ...seen,
  }
  const found = judge(evidence).findings.find(({ id }) => !id.startsWith('TLV9'))
  return found && nameFinding(found)
}
