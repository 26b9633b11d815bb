import { isRecord } from '@throughline/trace-store'

/** A Kubernetes object, or a part of one, as it came from the API. */
export type KubeObject = Record<string, unknown>

export const record = (value: unknown): KubeObject => (isRecord(value) ? value : {})
export const list = (value: unknown): KubeObject[] => (Array.isArray(value) ? value.filter(isRecord) : [])
export const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []

export const metadata = (object: KubeObject): KubeObject => record(object['metadata'])
export const spec = (object: KubeObject): KubeObject => record(object['spec'])
export const kindOf = (object: KubeObject): string => text(object['kind']) ?? ''
export const nameOf = (object: KubeObject): string => text(metadata(object)['name']) ?? ''
export const namespaceOf = (object: KubeObject): string => text(metadata(object)['namespace']) ?? ''
/** `namespace/name`. */
export const objectName = (object: KubeObject): string => `${namespaceOf(object)}/${nameOf(object)}`
export const labelsOf = (object: KubeObject): KubeObject => record(metadata(object)['labels'])
export const annotationsOf = (object: KubeObject): KubeObject => record(metadata(object)['annotations'])

/** Whether labels have everything of `matchLabels`; no labels select everything. */
export const selects = (matchLabels: unknown, labels: KubeObject): boolean =>
  Object.entries(record(matchLabels)).every(([key, value]) => labels[key] === value)

/** Whether labels match a workload's `spec.selector`, by labels and by expressions; an empty one selects everything. */
export function matchesSelector(selector: unknown, labels: KubeObject): boolean {
  const { matchLabels, matchExpressions } = record(selector)
  return (
    selects(matchLabels, labels) && list(matchExpressions).every((expression) => matchesExpression(expression, labels))
  )
}

function matchesExpression({ key, operator, values }: KubeObject, labels: KubeObject): boolean {
  const value = labels[`${text(key)}`]
  if (operator === 'Exists') return value !== undefined
  if (operator === 'DoesNotExist') return value === undefined
  const isIn = texts(values).some((each) => each === value)
  return operator === 'NotIn' ? !isIn : isIn
}

/** Its containers, those that start before the others included: a sidecar may be one of them. */
export function containersOf(pod: KubeObject): KubeObject[] {
  return [...list(spec(pod)['containers']), ...list(spec(pod)['initContainers'])]
}

export function isReady(pod: KubeObject): boolean {
  return list(record(pod['status'])['conditions']).some(
    (condition) => condition['type'] === 'Ready' && condition['status'] === 'True',
  )
}

/** The sidecar's container, by the mesh that injects it. */
const SIDECARS = { istio: 'istio-proxy', consul: 'consul-dataplane' } as const

export type SidecarMesh = keyof typeof SIDECARS

/** What a sidecar's container is named, or begins with. */
export const SIDECAR_NAMES: readonly string[] = Object.values(SIDECARS)

export function sidecarOf(pod: KubeObject): SidecarMesh | null {
  const names = containersOf(pod).map((container) => text(container['name']) ?? '')
  const meshes = Object.keys(SIDECARS) as SidecarMesh[]
  return meshes.find((mesh) => names.some((name) => name.startsWith(SIDECARS[mesh]))) ?? null
}

/** Ports that the app's containers declare. */
export function appPorts(pod: KubeObject): { name: string | null; port: number }[] {
  return list(spec(pod)['containers'])
    .filter((container) => !SIDECAR_NAMES.some((sidecar) => text(container['name'])?.startsWith(sidecar)))
    .flatMap((container) => list(container['ports']))
    .map((port) => ({ name: text(port['name']), port: Number(port['containerPort']) }))
}
