import fs from 'node:fs/promises'
import path from 'node:path'
import { messageOf } from '@throughline/lab-programs'
import { pollUntil } from '@throughline/lab-testkit'
import { expect } from 'vitest'
import type { Report } from 'throughline'
import { parse, stringify } from 'yaml'
import { root, runInRoot } from './run-in-root.ts'
import type { ClusterNode } from './start-node.ts'
import type { Situation } from './verify-situations.ts'

const NAMESPACE = 'throughline'
const MESH = 'istio-system'

/** `throughline verify` as built here, for `runInRoot` and the like. */
export const throughlineVerify = [process.execPath, path.join(root, 'packages/verify/dist/cli/main.js'), 'verify']

/** A kubeconfig of someone who has the role that `--print-rbac` prints, and no other right. */
export async function restrictedTo(node: ClusterNode): Promise<ClusterNode> {
  const rbac = await runInRoot(node, ...throughlineVerify, '--print-rbac', '-n', NAMESPACE, '-n', MESH)
  const role = path.join(node.run, 'rbac.yaml')
  await fs.writeFile(role, rbac)
  await node.kubectl('apply', '--filename', role)
  const config = JSON.parse(await node.kubectl('config', 'view', '--raw', '--output=json')) as {
    users: { user: object }[]
  }
  const as = { as: 'reader', 'as-groups': ['throughline-verify'] }
  const users = config.users.map((each) => ({ ...each, user: { ...each.user, ...as } }))
  const file = path.join(node.run, 'reader.kubeconfig')
  await fs.writeFile(file, JSON.stringify({ ...config, users }), { mode: 0o600 })
  return { ...node, env: { ...node.env, KUBECONFIG: file } }
}

/** Takes back the role. */
export async function removeRole(node: ClusterNode): Promise<void> {
  await node.kubectl('delete', '--filename', path.join(node.run, 'rbac.yaml'))
}

interface VerifyOptions {
  /** Counting's address past its sidecar. */
  bypass?: string | undefined
  /** A file that holds the object of every finding. */
  manifests?: string | undefined
}

/** `throughline verify --context` of the dashboard: findings at warning or above, each with its line. */
async function verify(node: ClusterNode, { manifests, bypass }: VerifyOptions): Promise<string[]> {
  const file = path.join(node.run, 'evidence.json')
  const target = ['--context', node.name, '-n', NAMESPACE, 'deploy/dashboard:/api/count']
  const asJson = ['--format', 'json', '--level', 'note', ...(manifests ? ['--manifests', manifests] : [])]
  const options = bypass ? ['--bypass', bypass] : []
  const print = (...args: string[]): Promise<string> =>
    runInRoot(node, ...throughlineVerify, ...args, ...asJson).catch((error: Error) => error.message)
  const printed = await print(...target, '--save', file, ...options)
  const report = JSON.parse(/^\{$[\s\S]*^\}$/m.exec(printed)?.[0] ?? 'null') as Report | null
  if (report === null) throw new Error(printed)
  // What it saves leads to the same.
  expect(await print('--from', file)).toContain(JSON.stringify(report, null, 2))
  return report.findings
    .filter(({ level }) => level !== 'note')
    .map(({ id, suspected, object, location }) => {
      const located = location && location.file === manifests && location.line > 1 ? ' in its file' : ''
      const line = object === undefined || object === null ? '' : ` ${object.kind} ${object.name} ${object.field}`
      return `${id}${suspected ? ' suspected' : ''}${line.replace(/^( Pod throughline\/counting)-\w+-\w+/, '$1-POD')}${located}`
    })
}

/** Until the sidecars have the last change, and this is all that is found. */
export async function expectFound(node: ClusterNode, expected: string[], options: VerifyOptions = {}): Promise<void> {
  let found: string[] | undefined
  await pollUntil(
    async () => {
      found = await verify(node, options)
      return found.join() === expected.join()
    },
    { what: `only ${expected.join()}`, deadline: 120_000, interval: 1000 },
  ).catch((error: unknown) => expect(found ?? messageOf(error)).toEqual(expected))
}

/** Brings a situation about, expects its finding alone, and takes it back. */
export async function expectSituation(admin: ClusterNode, reader: ClusterNode, situation: Situation): Promise<void> {
  const { set, reset, objects = [], restarts, bypass = false, mesh, finding, line } = situation
  const file = path.join(admin.run, 'situation.json')
  await fs.writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2))
  const change = async (calls: string[][]): Promise<void> => {
    for (const call of calls) await admin.kubectl(...call, '--namespace', NAMESPACE)
    if (restarts !== undefined) {
      await admin.kubectl('rollout', 'status', restarts, '--namespace', NAMESPACE, '--timeout=300s')
    }
  }
  const resetMesh = mesh === undefined ? undefined : await changeMesh(admin, mesh)
  await change(set)
  if (objects.length > 0) await admin.kubectl('apply', '--filename', file)
  const isInFile = objects.length > 0
  await expectFound(reader, [`${finding} ${line}${isInFile ? ' in its file' : ''}`], {
    bypass: bypass ? await addressOfCounting(admin) : undefined,
    manifests: isInFile ? file : undefined,
  })
  if (objects.length > 0) await admin.kubectl('delete', '--filename', file)
  await change(reset)
  await resetMesh?.()
}

/** Merges proxy settings into the mesh's own; returns what takes it back. */
async function changeMesh(admin: ClusterNode, defaultConfig: object): Promise<() => Promise<unknown>> {
  const object = ['configmap', 'istio', '--namespace', MESH]
  const before = await admin.kubectl('get', ...object, '--output=jsonpath={.data.mesh}')
  const write = (mesh: string): Promise<string> =>
    admin.kubectl('patch', ...object, '--type=merge', `--patch=${JSON.stringify({ data: { mesh } })}`)
  const settings = parse(before) as { defaultConfig?: object }
  await write(stringify({ ...settings, defaultConfig: { ...settings.defaultConfig, ...defaultConfig } }))
  return () => write(before)
}

/** Counting's pod, as a caller outside of the mesh reaches it. */
async function addressOfCounting(node: ClusterNode): Promise<string> {
  const selector = ['--selector=app.kubernetes.io/name=counting', '--field-selector=status.phase=Running']
  const pods = ['get', 'pods', '--namespace', NAMESPACE, ...selector]
  const host = await node.kubectl(...pods, '--output=jsonpath={.items[0].status.podIP}')
  return `http://127.0.0.1:${await node.pod.forward({ host, port: 9001 })}/`
}
