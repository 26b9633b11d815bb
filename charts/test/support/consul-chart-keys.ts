/**
 * The keys of the official Consul chart (2.1) that installations here may use, each verified. That chart has no schema
 * and silently ignores an unknown key, so this list is the only guard.
 */
export const consulChartKeys = [
  'global.name',
  'global.datacenter',
  'global.metrics.enabled',
  'global.metrics.enableAgentMetrics',
  'global.metrics.agentMetricsRetentionTime',
  'global.metrics.disableAgentHostName',
  'global.tls.enabled',
  'global.tls.enableAutoEncrypt',
  'global.tls.httpsOnly',
  'global.tls.verify',
  'global.acls.manageSystemACLs',
  'global.gossipEncryption.autoGenerate',
  'server.replicas',
  'server.affinity',
  'server.storage',
  'server.storageClass',
  'server.resources',
  'server.extraConfig',
  'server.disruptionBudget',
  'server.topologySpreadConstraints',
  'server.persistentVolumeClaimRetentionPolicy',
  'connectInject.enabled',
  'connectInject.default',
  'connectInject.replicas',
  'connectInject.transparentProxy.defaultEnabled',
  'connectInject.transparentProxy.defaultOverwriteProbes',
  'connectInject.metrics.defaultEnabled',
  'connectInject.metrics.defaultEnableMerging',
  'connectInject.sidecarProxy.concurrency',
  'connectInject.sidecarProxy.resources',
  'connectInject.sidecarProxy.lifecycle',
  'connectInject.dataplaneAsSidecarInitContainer.defaultEnabled',
  'connectInject.cni.enabled',
  'connectInject.apiGateway.manageExternalCRDs',
  'ui.enabled',
  'ui.service.type',
  'dns.enabled',
  'prometheus.enabled',
  'syncCatalog.enabled',
  'client.enabled',
]

/** Every path in a values file that is not one of the keys, nor below one. */
export function unknownKeys(values: unknown, known: readonly string[], at = ''): string[] {
  if (at !== '' && known.includes(at)) return []
  if (typeof values !== 'object' || values === null) return [at]
  return Object.entries(values).flatMap(([key, value]) => unknownKeys(value, known, at === '' ? key : `${at}.${key}`))
}
