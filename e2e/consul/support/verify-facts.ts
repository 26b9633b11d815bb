import fs from 'node:fs/promises'
import path from 'node:path'
import { collectEvidence, type Evidence, type Finding, judge, openBackend } from 'throughline'
import type { MeshLab } from '../../support/start-lab.ts'

type Cluster = NonNullable<Evidence['cluster']>
export type ConsulFacts = NonNullable<Cluster['consul']>

/** The address of a sidecar's admin interface, by its bootstrap. */
export async function adminOf(lab: MeshLab, sidecar: string): Promise<string> {
  const file = path.join(lab.runDir, `${sidecar}-sidecar.json`)
  const { admin } = JSON.parse(await fs.readFile(file, 'utf8')) as {
    admin: { address: { socket_address: { address: string; port_value: number } } }
  }
  const { address, port_value: port } = admin.address.socket_address
  return `http://${address}:${port}`
}

/** What `--context` would read of the two services, had the entries come by custom resources. */
function clusterOf(consul: Partial<ConsulFacts>): Cluster {
  const pod = (app: string) => ({
    pod: `lab/${app}`,
    identity: `ns/lab/sa/${app}`,
    startedAt: null,
    ready: true,
    sidecar: 'consul' as const,
    ambient: false,
    crashedAt: null,
    consulService: app,
    injectedSampling: null,
  })
  const counting = {
    service: 'lab/counting',
    port: null,
    portIndex: 0,
    hasSelector: true,
    pods: ['lab/counting'],
    readyPods: 1,
  }
  return {
    context: 'lab',
    namespace: 'lab',
    pods: [pod('dashboard'), pod('counting')],
    services: [counting],
    istio: null,
    consul: { proxyDefaults: [], serviceDefaults: [], intentions: [], ...consul },
  }
}

/** What `verify` finds at warning or above, with these objects and both sidecars' admin interfaces. */
export async function verifyWith(lab: MeshLab, consul: Partial<ConsulFacts>): Promise<Finding[]> {
  const envoys = [await adminOf(lab, 'counting'), await adminOf(lab, 'dashboard')]
  const evidence = await collectEvidence({
    url: `${lab.dashboardUrl}/api/count`,
    backend: await openBackend({ target: lab.queryUrl, headers: {} }),
    readCluster: () => Promise.resolve({ facts: clusterOf(consul), envoys }),
  })
  return judge(evidence).findings.filter(({ level }) => level !== 'note')
}
