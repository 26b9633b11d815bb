import fs from 'node:fs/promises'
import path from 'node:path'
import type { FakeKubeApi, KubeObject } from '@throughline/lab-kube-api'
import {
  answersOk,
  createProgram,
  LabError,
  poll,
  type Program,
  type Reaper,
  takeFreePort,
} from '@throughline/lab-programs'
import { ISTIO_NAMESPACE } from './istio-objects.ts'
import { istiodCommand, type IstiodPorts } from './istiod-command.ts'

export interface StartIstiodOptions {
  /** Path of pilot-discovery. */
  binary: string
  /** The API that it reads, with the objects of `renderIstioObjects`. */
  kubeApi: FakeKubeApi
  /** Folder for its log, its kubeconfig and its files; created when missing. */
  runDir: string
  reaper: Reaper
  /** Address it listens on, default 127.0.0.1. */
  host?: string | undefined
  /** Default free ones. */
  ports?: Partial<IstiodPorts> | undefined
  /** Milliseconds until it must be ready, default 30,000. */
  readyTimeoutMs?: number | undefined
  log?: ((line: string) => void) | undefined
}

/** A real istiod, running. */
export interface Istiod extends Pick<Program, 'pid' | 'restarts' | 'downReason' | 'stop'> {
  host: string
  ports: IstiodPorts
  logFile: string
  /** The root certificate that it issues to workloads, PEM. */
  rootCertificate: () => string
}

/**
 * Starts istiod against the fake Kubernetes API. Resolves when it serves and its webhooks are in force: from then on
 * the API refuses what istiod refuses.
 *
 * @throws LabError TL_PROGRAM_FAILED with its last lines
 */
export async function startIstiod(options: StartIstiodOptions): Promise<Istiod> {
  const { binary, kubeApi, reaper, host = '127.0.0.1', readyTimeoutMs = 30_000, log } = options
  const folder = path.join(options.runDir, 'istiod')
  await fs.mkdir(folder, { recursive: true })
  const kubeconfig = path.join(folder, 'kubeconfig')
  await fs.writeFile(kubeconfig, kubeApi.kubeconfig(), { mode: 0o600 })
  const deployment = kubeApi.get({ kind: 'Deployment', namespace: ISTIO_NAMESPACE, name: 'istiod' })
  if (deployment === undefined) throw new LabError('TL_MESH_CONFIG_INVALID', 'the API has no Deployment of istiod')
  const ports = await choosePorts(options.ports ?? {})

  const logFile = path.join(folder, 'istiod.log')
  const program = createProgram({
    name: 'istiod',
    command: binary,
    ...istiodCommand(deployment, { host, ports, kubeconfig }),
    // It reads and writes below `./etc` and `./var`.
    cwd: folder,
    logFile,
    reaper,
    isReady: () => answersOk(`http://${host}:${ports.http}/ready`),
    readyTimeoutMs,
    log,
  })
  // This comes before the start: istiod probes its own webhook through the API.
  await kubeApi.apply([endpointsOf({ host, ports })])
  await program.start()
  try {
    await requireWebhooks(kubeApi, readyTimeoutMs)
  } catch (error) {
    await program.stop()
    throw error
  }
  return {
    host,
    ports,
    logFile,
    rootCertificate: () => readRoot(kubeApi),
    pid: program.pid,
    restarts: program.restarts,
    downReason: program.downReason,
    stop: program.stop,
  }
}

async function choosePorts(requested: Partial<IstiodPorts>): Promise<IstiodPorts> {
  const names = ['xds', 'secureXds', 'webhook', 'http', 'monitoring'] as const
  const chosen: [string, number][] = []
  for (const name of names) chosen.push([name, requested[name] ?? (await takeFreePort())])
  return Object.fromEntries(chosen) as unknown as IstiodPorts
}

/** The endpoint of istiod's Service, which in a cluster comes from its pod. */
function endpointsOf({ host, ports }: { host: string; ports: IstiodPorts }): KubeObject {
  const named = { 'grpc-xds': ports.xds, 'https-dns': ports.secureXds, 'https-webhook': ports.webhook }
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'istiod',
      namespace: ISTIO_NAMESPACE,
      labels: { 'kubernetes.io/service-name': 'istiod' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [host === '0.0.0.0' ? '127.0.0.1' : host], conditions: { ready: true } }],
    ports: [
      ...Object.entries(named).map(([name, port]) => ({ name, port, protocol: 'TCP' })),
      { name: 'http-monitoring', port: ports.monitoring, protocol: 'TCP' },
    ],
  }
}

interface WebhookConfiguration {
  webhooks?: { failurePolicy?: string; clientConfig: { caBundle?: string } }[]
}

/** istiod adds its certificate to its webhooks, probes them, and only then sets them to refuse. */
async function requireWebhooks(kubeApi: FakeKubeApi, deadlineMs: number): Promise<void> {
  const configurations = (kind: string) =>
    (kubeApi.list(kind) as unknown as WebhookConfiguration[]).flatMap(({ webhooks = [] }) => webhooks)
  const areInForce = async (): Promise<true | undefined> => {
    const all = [...configurations('MutatingWebhookConfiguration'), ...configurations('ValidatingWebhookConfiguration')]
    const inForce = all.every(({ clientConfig, failurePolicy }) => clientConfig.caBundle && failurePolicy !== 'Ignore')
    return inForce || undefined
  }
  if ((await poll(areInForce, { deadlineMs })) === undefined) {
    throw new LabError('TL_PROGRAM_FAILED', `istiod's webhooks were not in force within ${deadlineMs / 1000} s`)
  }
}

function readRoot(kubeApi: FakeKubeApi): string {
  const secret = kubeApi.get({ kind: 'Secret', namespace: ISTIO_NAMESPACE, name: 'istio-ca-secret' })
  const { 'ca-cert.pem': encoded } = (secret?.['data'] ?? {}) as { 'ca-cert.pem'?: string }
  if (encoded === undefined) throw new LabError('TL_PROGRAM_FAILED', 'istiod has made no root certificate yet')
  return Buffer.from(encoded, 'base64').toString()
}
