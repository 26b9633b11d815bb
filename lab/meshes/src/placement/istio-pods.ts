import fs from 'node:fs/promises'
import type { KubeObject } from '@throughline/lab-kube-api'
import { createPodNetwork, type Pod } from '@throughline/lab-pods'
import { type Command, LabError } from '@throughline/lab-programs'
import { chownFolder } from '../istio/agent-folder.ts'
import type { IstioState } from '../istio/istio-settings.ts'
import { renderMeshFile } from '../mesh-files.ts'
import type { Bypass } from '../mesh.ts'
import type { ServiceName } from '../service-name.ts'
import type { IstioPlacement, IstioPlacementOptions, IstioPodPlacement } from './istio-placement.ts'

/** Users of a pod's programs: the packet filter leaves the sidecar's own connections alone and redirects all others. */
const users = { sidecar: 1337, app: 1000 }
const ports = { counting: 9001, dashboard: 9002 }
const clusterIps: Record<ServiceName, string> = { counting: '10.96.200.11', dashboard: '10.96.200.12' }
/** Ports of istiod, for configuration and certificates, and of Envoy's admin in a pod. */
const [istiodPort, adminPort] = [15012, 15000]
/** Listeners without which a sidecar is not ready. */
const listeners: Record<ServiceName, string[]> = {
  counting: ['virtualInbound', 'virtualOutbound'],
  dashboard: ['virtualInbound', 'virtualOutbound', `0.0.0.0_${ports.counting}`],
}

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
    const addPod = async (name: ServiceName, podName: string = name): Promise<{ pod: Pod } & IstioPodPlacement> => {
      const pod = await network.addPod(podName)
      await pod.setHosts({
        'istiod.istio-system.svc': network.host,
        counting: clusterIps.counting,
        'counting.throughline.svc.cluster.local': clusterIps.counting,
      })
      return {
        pod,
        adminUrl: `http://127.0.0.1:${await pod.forward({ port: adminPort })}`,
        listeners: listeners[name],
        settings: async () => ({
          podIp: pod.address,
          port: ports[name],
          servicePort: ports[name],
          clusterIp: clusterIps[name],
          annotations: await renderMeshFile('istio/namespaces/annotations.yaml', {
            ENVOY: envoy,
            CERTIFICATE_TTL: `${settings.certificateSeconds}s`,
            HOST: network.host,
          }),
        }),
        async arrange({ folder, logFile, pod: { interception = [] } }) {
          await chownFolder(folder, users.sidecar)
          // Envoy reopens its standard output for the access log.
          await fs.chown(logFile, users.sidecar, users.sidecar)
          await pod.run([pilotAgent, ...interception])
        },
        placeAgent: (command) => pod.place(command, { uid: users.sidecar }),
      }
    }
    const placeApp = (pod: Pod, command: Command): Command => pod.place(command, { uid: users.app })
    const pods = { counting: await addPod('counting'), dashboard: await addPod('dashboard') }
    const counting = `${pods.counting.pod.address}:${ports.counting}`
    const dashboard = `${pods.dashboard.pod.address}:${ports.dashboard}`
    return {
      placement: {
        counting,
        dashboard,
        dashboardUrl: `http://${dashboard}`,
        upstreamUrl: `http://counting:${ports.counting}`,
        bypassUrl: `http://${counting}`,
        countingInbound: counting,
        host: network.host,
        place: (name, command) => placeApp(pods[name].pod, command),
        // From outside, the sidecar would refuse the question.
        isReady: async (name) => {
          const address = { counting, dashboard }[name]
          return (await pods[name].pod.ask(`http://${address}/health/ready`)).status === 200
        },
      },
      listensOn: [],
      istiod: { host: network.host, ports: { secureXds: istiodPort } },
      ports,
      pods,
      async addCounting(name) {
        const { pod, ...placed } = await addPod('counting', name)
        const app = `${pod.address}:${ports.counting}`
        return {
          ...placed,
          app,
          placeApp: (command) => placeApp(pod, command),
          isReady: async () => (await pod.ask(`http://${app}/health/ready`)).status === 200,
          remove: pod.remove,
        }
      },
      renderSidecars: async () => [(await renderMeshFile('istio/sidecar.yaml')) as unknown as KubeObject],
      loopbackOnly: false,
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
