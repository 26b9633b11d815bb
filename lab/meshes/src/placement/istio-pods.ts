import fs from 'node:fs/promises'
import type { KubeObject } from '@throughline/lab-kube-api'
import { createPodNetwork } from '@throughline/lab-pods'
import { LabError } from '@throughline/lab-programs'
import { chownFolder } from '../istio/agent-folder.ts'
import type { IstioState } from '../istio/istio-settings.ts'
import { renderMeshFile } from '../mesh-files.ts'
import type { Bypass } from '../mesh.ts'
import type { ServiceName } from '../service-name.ts'
import type { IstioPlacement, IstioPlacementOptions } from './istio-placement.ts'

/** Users of a pod's programs: the packet filter leaves the sidecar's own connections alone and redirects all others. */
const users = { sidecar: 1337, app: 1000 }
const ports = { counting: 9001, dashboard: 9002 }
const clusterIps: Record<ServiceName, string> = { counting: '10.96.200.11', dashboard: '10.96.200.12' }
/** Ports of istiod, for configuration and certificates, and of Envoy's admin in a pod. */
const [istiodPort, adminPort] = [15012, 15000]

/**
 * Each pod in a network namespace, as in a cluster: Istio's own packet filter redirects every connection to the
 * sidecar, and the apps listen on their pod's address. Needs root.
 *
 * @throws LabError TL_USAGE for a bypass other than open and closed, and without root
 */
export async function placeIstioInPods(options: IstioPlacementOptions): Promise<IstioPlacement> {
  const { settings, reaper, envoy, pilotAgent } = options
  const { bypass } = settings
  if (bypass !== 'open' && bypass !== 'closed') {
    throw new LabError('TL_USAGE', `the bypass of an Istio sidecar can be open or closed, not "${bypass}"`)
  }
  if (settings.services === 'expected' || settings.countingApp !== undefined) {
    throw new LabError('TL_USAGE', 'in network namespaces the lab starts its own two services')
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
          CERTIFICATE_TTL: `${settings.certificateSeconds}s`,
          HOST: network.host,
        }),
      }),
      loopbackOnly: false,
      async arrange(name, { folder, logFile, pod }) {
        await chownFolder(folder, users.sidecar)
        // Envoy reopens its standard output for the access log.
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
    return {
      closed: true,
      reason: 'Every connection to the pod goes through the sidecar, which resets anything but mutual TLS.',
    }
  }
  if (rule === 'deny-all') {
    return { closed: true, reason: 'The sidecar accepts plain text, but denies every request.' }
  }
  if (rule === 'get-of-dashboard') {
    return { closed: true, reason: 'The sidecar accepts plain text, but a caller without an identity gets 403.' }
  }
  return { closed: false, reason: 'The sidecar accepts plain text, and the rule requires no identity.' }
}
