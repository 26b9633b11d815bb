import { parse } from 'yaml'
import {
  kindOf,
  type KubeObject,
  metadata,
  namespaceOf,
  objectName,
  record,
  type SidecarMesh,
  text,
} from '../cluster/kube-objects.ts'
import { readConsul } from '../cluster/read-consul.ts'
import { readIstio } from '../cluster/read-istio.ts'
import { readPod } from '../cluster/read-pods.ts'
import { UsageError } from '../cli/usage-error.ts'
import type { ClusterFacts, DeclaredFacts, PodFacts } from '../evidence/cluster-facts.ts'
import { EVIDENCE_SCHEMA, type Evidence } from '../evidence/evidence.ts'
import { declaredCalls } from './declared-calls.ts'
import { type DeclaredPod, declaredPods } from './declared-pods.ts'
import { declaredServices, httpSigns, unservedServices } from './declared-services.ts'
import { type ManifestFiles, readManifestFiles } from './manifest-files.ts'
import { manifestLists } from './manifest-lists.ts'
import type { ManifestObject } from './manifest-object.ts'
import { parseManifests } from './parse-manifests.ts'

/** Kinds that findings read, beside workloads. */
const READ = new Set([
  'Namespace',
  'Service',
  'DestinationRule',
  'Telemetry',
  'AuthorizationPolicy',
  'PeerAuthentication',
  'ProxyDefaults',
  'ServiceDefaults',
  'ServiceIntentions',
])

/** Objects of files, and what of them could not be read. */
export interface LoadedManifests {
  objects: ManifestObject[]
  /** Documents that are no objects. */
  others: number
  files: number
  problems: string[]
}

/**
 * Reads the objects of files.
 *
 * @param home namespace of objects that name none
 * @throws UsageError when there is no object
 */
export async function loadManifests(from: string, home: string): Promise<LoadedManifests> {
  const found: ManifestFiles = await readManifestFiles(from)
  const parsed = found.files.map(parseManifests)
  const problems = [...found.problems, ...parsed.flatMap((each) => each.problems)]
  const objects = parsed.flatMap((each) => each.objects)
  if (objects.length === 0) {
    const [first] = problems
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more files)` : ''
    throw new UsageError(
      first === undefined ? `--manifests ${from}: ${explainEmpty(found)}` : `--manifests: ${first}${more}`,
    )
  }
  return {
    objects: objects.map(({ object, ...where }) => ({ ...where, object: inNamespace(object, home) })),
    others: parsed.reduce((sum, { others }) => sum + others, 0),
    files: found.files.length,
    problems,
  }
}

const explainEmpty = ({ files }: ManifestFiles): string =>
  files.length === 0
    ? 'there is no .yaml, .yml or .json in it'
    : 'no document in it has apiVersion, kind and metadata.name of a Kubernetes object'

/** Kinds that are in no namespace. */
const GLOBAL = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition'])

function inNamespace(object: KubeObject, home: string): KubeObject {
  if (GLOBAL.has(kindOf(object)) || namespaceOf(object) !== '') return object
  return { ...object, metadata: { ...metadata(object), namespace: home } }
}

/** Makes evidence of objects alone: no request is sent. */
export async function evidenceOf(from: string, loaded: LoadedManifests, home: string): Promise<Evidence> {
  const evidence: Evidence = {
    schema: EVIDENCE_SCHEMA,
    url: from === '-' ? 'stdin' : from,
    bypass: null,
    callerSendsNoUuid: false,
    probes: [],
    spans: [],
    backend: { kind: 'none', searchable: false, failure: null },
    envoys: [],
    cluster: null,
    unseen: [...loaded.problems],
  }
  evidence.cluster = await readFacts(loaded, { home, unseen: evidence.unseen })
  return evidence
}

async function readFacts(
  { objects: located, others, files }: LoadedManifests,
  { home, unseen }: { home: string; unseen: string[] },
): Promise<ClusterFacts> {
  const objects = located.map(({ object }) => object)
  const ofKind = (kind: string, group = ''): KubeObject[] =>
    objects.filter((each) => kindOf(each) === kind && (text(each['apiVersion']) ?? '').startsWith(group))
  const declared = declaredPods(objects)
  const pods = declared.map(({ pod }) => pod)
  const services = ofKind('Service', 'v1')
  const namespaces = [...new Set(objects.map(namespaceOf).filter((name) => name !== ''))]
  const lists = manifestLists(objects, unseen)
  const yaml = { parseYaml: (yamlText: string) => Promise.resolve(parse(yamlText) as unknown) }
  const [istio, consul] = await Promise.all([
    readIstio(yaml, lists, { pods, namespaces, services: services.map(objectName) }),
    readConsul(lists, namespaces),
  ])
  const calls = declared.flatMap((pod) => declaredCalls(pod, services))
  const called = new Set(calls.map(({ service }) => service))
  const ports = declaredServices(services, pods)
  const read = objects.filter((object) => READ.has(kindOf(object)) || isMeshConfig(object))
  const facts: DeclaredFacts = {
    files,
    objects: objects.length + others,
    ignored: objects.length + others - read.length - declared.length,
    workloads: Object.fromEntries(declared.map(({ pod, workload }) => [objectName(pod), workload])),
    calls,
    http: httpSigns(ports, pods),
    unserved: unservedServices(services, pods, called),
  }
  const mesh = istio !== null ? 'istio' : consul === null ? null : 'consul'
  return {
    context: '',
    namespace: home,
    pods: declared.map((each) => readDeclared(each, mesh)),
    services: ports,
    istio,
    consul,
    declared: facts,
  }
}

const isMeshConfig = (object: KubeObject): boolean => kindOf(object) === 'ConfigMap' && 'mesh' in record(object['data'])

/** Where nothing says whether a sidecar is injected, the mesh of these files is taken to have its own. */
function readDeclared({ pod, sidecar, ambient }: DeclaredPod, mesh: SidecarMesh | null): PodFacts {
  const injected = sidecar === 'unknown' ? mesh : sidecar === 'none' ? null : sidecar
  return { ...readPod(pod), sidecar: ambient ? null : injected, ambient, startedAt: null }
}
