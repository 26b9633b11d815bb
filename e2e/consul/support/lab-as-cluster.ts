import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { createFakeKubeApi, type KubeObject } from '@throughline/lab-kube-api'
import { fetchKubectl } from '@throughline/lab-programs'
import { temporaryFolder, writeScript } from '@throughline/lab-testkit'
import type { Report } from 'throughline'
import { consulDefinitions } from '../../support/consul-definitions.ts'
import type { MeshLab } from '../../support/start-lab.ts'
import { adminOf } from './admin-of.ts'
import { type ConsulEntry, listEntries } from './consul-api.ts'

const NAMESPACE = 'lab'
const program = path.join(
  path.dirname(createRequire(import.meta.url).resolve('throughline/package.json')),
  'dist/cli/main.js',
)
const services = ['dashboard', 'counting'] as const

export interface LabCluster extends AsyncDisposable {
  /** What `verify --context` finds at warning or above, each with its line. */
  verify: (target?: string) => Promise<string[]>
  /** How a pod differs from one that the injector has made: `sidecar: false`, `ready: false`. */
  pod: (app: (typeof services)[number], change: PodChange) => void
  /** Objects that Consul has not taken, each with its reason, in place of those of the same name. */
  refused: (objects: KubeObject[]) => void
}

interface PodChange {
  sidecar?: boolean
  ready?: boolean
}

/**
 * Shows a lab as a cluster with consul-k8s: a Kubernetes API with the custom resources that lead to the entries which Consul
 * has, and pods as the injector leaves them. kubectl is real, and so is what it reads about: Consul, sidecars and services.
 * The API is the fake one that the tests of `e2e/cluster` hold to a real one; a stand-in forwards ports.
 *
 * @param options.admins whether the admin interfaces can be reached, default true
 */
export async function showAsCluster(lab: MeshLab, { admins = true } = {}): Promise<LabCluster> {
  const folder = await temporaryFolder()
  const api = await createFakeKubeApi({ objects: [...((await consulDefinitions()) as KubeObject[]), ...workloads()] })
  const forward = `exec "${process.execPath}" "${path.join(import.meta.dirname, 'port-forward.mjs')}" "$@"`
  const kubectl = await fetchKubectl(process.env)
  await writeScript(
    path.join(folder.path, 'kubectl'),
    `for word; do [ "$word" = port-forward ] && ${forward}; done\nexec "${kubectl}" "$@"`,
  )
  const config = path.join(folder.path, 'config')
  await fs.writeFile(config, api.kubeconfig(), { mode: 0o600 })
  const addresses = {
    'dashboard:9002': new URL(lab.dashboardUrl).host,
    'dashboard:9001': new URL(lab.upstreamUrl).host,
    ...(admins && {
      'dashboard:19000': new URL(await adminOf(lab, 'dashboard')).host,
      'counting:19000': new URL(await adminOf(lab, 'counting')).host,
    }),
  }
  const env = {
    ...process.env,
    PATH: `${folder.path}${path.delimiter}${process.env['PATH']}`,
    KUBECONFIG: config,
    FORWARDS: JSON.stringify(addresses),
  }
  const pods: Record<string, PodChange> = {}
  let unsynced: KubeObject[] = []
  const written = new Map<string, { text: string; at: string }>()

  const update = async (): Promise<void> => {
    for (const app of services) await api.apply([await podOf(lab, app, { admins, ...pods[app] })])
    const objects = (await listEntries(lab)).map(toResource)
    const names = new Set(unsynced.map(({ kind, metadata }) => `${kind} ${metadata.name}`))
    const all = [...objects.filter(({ kind, metadata }) => !names.has(`${kind} ${metadata.name}`)), ...unsynced]
    for (const kind of ['ProxyDefaults', 'ServiceDefaults', 'ServiceIntentions']) {
      for (const { metadata } of api.list(kind)) api.delete({ kind, name: metadata.name, namespace: NAMESPACE })
    }
    await api.apply(
      all.map((object) => {
        const key = `${object.kind} ${object.metadata.name}`
        const text = JSON.stringify(object.spec)
        const known = written.get(key)
        // What is there at first was there before the sidecars.
        const at = known === undefined ? '2026-01-01T00:00:00Z' : new Date().toISOString()
        if (known?.text !== text) written.set(key, { text, at })
        const managedFields = [{ manager: 'test', time: written.get(key)?.at, fieldsV1: { 'f:spec': {} } }]
        return { ...object, metadata: { ...object.metadata, managedFields } }
      }),
    )
  }

  return {
    async verify(target = 'deploy/dashboard:/api/count') {
      await update()
      const where = ['--context', 'fake-kube-api', '-n', NAMESPACE, target, '--traces', lab.queryUrl, '--settle', '1']
      const args = [program, 'verify', ...where, '--format', 'json', '--level', 'note']
      const ran = promisify(execFile)(process.execPath, args, { env, timeout: 60_000 })
      const { stdout, stderr } = await ran.catch((error: { stdout: string; stderr: string }) => error)
      if (stdout === '') throw new Error(stderr)
      return (JSON.parse(stdout) as Report).findings
        .filter(({ level }) => level !== 'note')
        .map(({ id, suspected, object }) =>
          [id, ...(suspected ? ['suspected'] : []), object?.kind, object?.name, object?.field].join(' ').trimEnd(),
        )
    },
    pod: (app, change) => void (pods[app] = change),
    refused: (objects) => void (unsynced = objects),
    async [Symbol.asyncDispose]() {
      await api.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** The custom resource that consul-k8s would have written an entry for. */
function toResource({ Kind, Name, ...rest }: ConsulEntry): KubeObject {
  const kind = Kind.replaceAll(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase())
  const spec = asSpelled(rest) as object
  return {
    apiVersion: 'consul.hashicorp.com/v1alpha1',
    kind,
    metadata: { name: Name, namespace: NAMESPACE },
    spec: kind === 'ServiceIntentions' ? { ...spec, destination: { name: Name } } : spec,
    status: { conditions: [{ type: 'Synced', status: 'True' }] },
  }
}

/** Consul answers with `PathExact` and `HTTP`, and custom resources have `pathExact` and `http`. */
function asSpelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asSpelled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      /^[A-Z]+$/.test(key) ? key.toLowerCase() : `${key.charAt(0).toLowerCase()}${key.slice(1)}`,
      asSpelled(child),
    ]),
  )
}

function workloads(): KubeObject[] {
  return services.flatMap((app) => {
    const metadata = { name: app, namespace: NAMESPACE }
    const port = app === 'dashboard' ? 9002 : 9001
    return [
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app }, ports: [{ name: 'http', port }] } },
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: { app } } } },
    ]
  })
}

/** A pod of consul-k8s; it started when its Envoy did. */
async function podOf(
  lab: MeshLab,
  app: (typeof services)[number],
  { sidecar = true, ready = true, admins }: PodChange & { admins: boolean },
): Promise<KubeObject> {
  const uptime = admins ? await uptimeOf(await adminOf(lab, app)) : undefined
  const port = app === 'dashboard' ? 9002 : 9001
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: app,
      namespace: NAMESPACE,
      labels: { app },
      ...(sidecar && {
        annotations: {
          'consul.hashicorp.com/connect-service': app,
          ...(app === 'dashboard' && {
            'consul.hashicorp.com/connect-service-upstreams': `counting:${new URL(lab.upstreamUrl).port}`,
          }),
        },
      }),
    },
    spec: {
      serviceAccountName: app,
      containers: [
        ...(sidecar ? [{ name: 'consul-dataplane' }] : []),
        { name: app, ports: [{ name: 'http', containerPort: port }] },
      ],
    },
    status: {
      phase: 'Running',
      ...(uptime !== undefined && { startTime: new Date(Date.now() - uptime * 1000).toISOString() }),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  }
}

async function uptimeOf(admin: string): Promise<number> {
  const info = (await (await fetch(`${admin}/server_info`)).json()) as { uptime_current_epoch: string }
  return Number.parseFloat(info.uptime_current_epoch)
}
