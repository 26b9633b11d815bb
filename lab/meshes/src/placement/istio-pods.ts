import fs from 'node:fs/promises'
import { LabError } from '@throughline/lab-programs'
import type { Bypass } from '../mesh.ts'
import { renderMeshFile } from '../mesh-files.ts'
import { createPodNetwork } from '@throughline/lab-pods'
import type { ServiceName } from '../service-name.ts'
import { giveFolder } from '../istio/agent-folder.ts'
import type { IstioPlacement, IstioPlacementOptions } from './istio-placement.ts'
import type { IstioState } from '../istio/istio-settings.ts'
import type { KubeObject } from '@throughline/lab-kube-api'

/** Users of a pod's programs: the packet filter lets the sidecar's own connections through, and takes all others. */
const users = { sidecar: 1337, app: 1000 }
const ports = { counting: 9001, dashboard: 9002 }
const clusterIps: Record<ServiceName, string> = { counting: '10.96.200.11', dashboard: '10.96.200.12' }
/** Where an agent asks for configuration and certificates, and where Envoy's admin is in a pod. */
const [istiodPort, adminPort] = [15012, 15000]

/**
 * Each pod in a network namespace, as in a cluster: Istio's own packet filter hands every connection to the sidecar, and
 * the apps listen on their pod's address. Needs root.
 *
 * @throws LabError TL_USAGE for a bypass that there isn't here, and without root
 */
export async function placeIstioInPods(given: IstioPlacementOptions): Promise<IstioPlacement> {
  const { options, reaper, envoy, pilotAgent } = given
  const { bypass = 'open' } = options
  if (bypass !== 'open' && bypass !== 'closed') {
    throw new LabError('TL_USAGE', `the bypass of an Istio sidecar can be open or closed, not "${bypass}"`)
  }
  if (options.services === 'expected' || options.countingApp !== undefined) {
    throw new LabError('TL_USAGE', 'in network namespaces the services are the ones of this repository')
  }
  const network = await createPodNetwork({ reaper })
  try {
    const pods = { counting: await network.addPod('counting'), dashboard: await network.addPod('dashboard') }
    for (const pod of Object.values(pods)) {
      await pod.setHosts({
        'istiod.istio-system.svc': network.host,
        counting: clusterIps.counting,
        'counting.throughline.svc.cluster.local': clusterIps.counting,
      })
    }
    const admin = {
      counting: await pods.counting.forward({ port: adminPort }),
      dashboard: await pods.dashboard.forward({ port: adminPort }),
    }
    const counting = `${pods.counting.address}:${ports.counting}`
    const dashboard = `${pods.dashboard.address}:${ports.dashboard}`
    return {
      placement: {
        counting,
        dashboard,
        dashboardUrl: `http://${dashboard}`,
        upstreamUrl: `http://counting:${ports.counting}`,
        bypassUrl: `http://${counting}`,
        countingInbound: counting,
        host: network.host,
        place: (name, command) => pods[name].place(command, { uid: users.app }),
      },
      listensOn: [],
      istiod: { host: network.host, ports: { secureXds: istiodPort } },
      ports,
      sidecars: {
        counting: { adminUrl: `http://127.0.0.1:${admin.counting}`, listeners: ['virtualInbound', 'virtualOutbound'] },
        dashboard: {
          adminUrl: `http://127.0.0.1:${admin.dashboard}`,
          listeners: ['virtualInbound', 'virtualOutbound', `0.0.0.0_${ports.counting}`],
        },
      },
      renderSidecars: async () => [(await renderMeshFile('istio/sidecar.yaml')) as unknown as KubeObject],
      podSettings: async (name) => ({
        podIp: pods[name].address,
        port: ports[name],
        servicePort: ports[name],
        clusterIp: clusterIps[name],
        annotations: await renderMeshFile('istio/namespaces/annotations.yaml', {
          ENVOY: envoy,
          CERTIFICATE_TTL: `${options.certificateSeconds ?? 86_400}s`,
          HOST: network.host,
        }),
      }),
      loopbackOnly: false,
      async arrange(name, { folder, logFile, pod }) {
        await giveFolder(folder, users.sidecar)
        // Envoy opens its standard output again for the access log.
        await fs.chown(logFile, users.sidecar, users.sidecar)
        await pods[name].run([pilotAgent, ...(pod.interception ?? [])])
      },
      placeAgent: (name, command) => pods[name].place(command, { uid: users.sidecar }),
      bypass: (state) => ({ address: `http://${counting}`, ...bypassUnder(state) }),
      close: network.close,
    }
  } catch (error) {
    await network.close()
    throw error
  }
}

function bypassUnder({ mtls, rule }: Pick<IstioState, 'mtls' | 'rule'>): Omit<Bypass, 'address'> {
  if (mtls === 'strict') {
    return { closed: true, reason: 'The sidecar has every connection to the pod, and resets what is not mutual TLS.' }
  }
  if (rule === 'deny-all')
    return { closed: true, reason: 'The sidecar takes plain text, and refuses it as it refuses all.' }
  if (rule === 'get-of-dashboard') {
    return { closed: true, reason: 'The sidecar takes plain text, but a caller without an identity gets 403.' }
  }
  return { closed: false, reason: 'The sidecar takes plain text, and the rule asks for no identity.' }
}
