import type { ObjectName, TlsRuleFacts } from '../evidence/cluster-facts.ts'
import { type KubeObject, list, namespaceOf, objectName, record, spec, text } from './kube-objects.ts'
import { isHostOf } from './service-host.ts'

/** What a DestinationRule has sidecars speak to these Services, where it says so: of subsets nothing. */
export function readTlsRules(rule: KubeObject, services: readonly ObjectName[]): TlsRuleFacts[] {
  const host = text(spec(rule)['host']) ?? ''
  const found = services.filter((service) => isHostOf(host, service, namespaceOf(rule)))
  if (found.length === 0) return []
  const policy = record(spec(rule)['trafficPolicy'])
  const settings = [
    { part: policy, field: 'spec.trafficPolicy', port: null },
    ...list(policy['portLevelSettings']).map((part, index) => ({
      part,
      field: `spec.trafficPolicy.portLevelSettings[${index}]`,
      port: Number(record(part['port'])['number']),
    })),
  ]
  return settings.flatMap(({ part, field, port }) => {
    const mode = text(record(part['tls'])['mode'])
    return mode === null ? [] : [{ name: objectName(rule), field: `${field}.tls.mode`, mode, port, services: found }]
  })
}
