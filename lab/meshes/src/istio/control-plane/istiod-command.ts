import { containerEnvironment, type Deployment, type KubeObject } from '@throughline/lab-kube-api'
import { LabError } from '@throughline/lab-programs'

export interface IstiodPorts {
  /** xDS in plain text, without authentication. */
  xds: number
  /** xDS and the certificate authority, over TLS. */
  secureXds: number
  /** Injection and validation, over TLS. */
  webhook: number
  /** Readiness and debugging. */
  http: number
  /** Metrics. */
  monitoring: number
}

/**
 * How istiod runs as a plain program: with the arguments and environment of its Deployment, so that it follows the values
 * of Istio's chart; only its addresses and its kubeconfig are this machine's.
 *
 * @throws LabError TL_MESH_CONFIG_INVALID when the Deployment has no istiod
 */
export function istiodCommand(
  deployment: KubeObject,
  { host, ports, kubeconfig }: { host: string; ports: IstiodPorts; kubeconfig: string },
): { args: string[]; env: Record<string, string> } {
  const { metadata, spec } = deployment as unknown as Deployment
  const pod = spec.template.spec
  const container = pod.containers.find(({ name }) => name === 'discovery')
  if (container === undefined) {
    throw new LabError('TL_MESH_CONFIG_INVALID', `the Deployment ${deployment.metadata.name} has no istiod`)
  }
  const fields = {
    'metadata.name': 'istiod-0',
    'metadata.namespace': metadata.namespace,
    'spec.serviceAccountName': pod.serviceAccountName,
  }
  const env = { ...containerEnvironment(container, fields), KUBECONFIG: kubeconfig }
  const addresses = {
    kubeconfig,
    grpcAddr: `${host}:${ports.xds}`,
    secureGRPCAddr: `${host}:${ports.secureXds}`,
    httpsAddr: `${host}:${ports.webhook}`,
    httpAddr: `${host}:${ports.http}`,
    monitoringAddr: `${host}:${ports.monitoring}`,
  }
  // The last of two equal flags wins.
  const ofDeployment = container.args ?? []
  return { args: [...ofDeployment, ...Object.entries(addresses).map(([flag, value]) => `--${flag}=${value}`)], env }
}
