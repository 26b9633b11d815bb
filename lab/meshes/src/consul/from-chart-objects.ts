import { parseAllDocuments } from 'yaml'
import { LabError } from '@throughline/lab-programs'

/** Any object of Kubernetes, as far as every kind has it. */
export interface ChartObject {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> }
  spec?: unknown
}

export interface ChartDeployment extends ChartObject {
  spec: {
    template: {
      metadata: { labels?: Record<string, string>; annotations?: Record<string, string> }
      spec: { serviceAccountName?: string; securityContext?: { runAsUser?: number }; containers: ChartContainer[] }
    }
  }
}

export interface ChartContainer {
  name: string
  ports?: { name?: string; containerPort: number }[]
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath?: string } } }[]
}

export interface ChartService extends ChartObject {
  spec: { selector?: Record<string, string>; ports?: { port: number; targetPort?: number | string }[] }
}

export interface ChartNetworkPolicy extends ChartObject {
  spec: {
    podSelector?: { matchLabels?: Record<string, string> }
    ingress?: { from?: unknown[]; ports?: { port: number }[] }[]
  }
}

/**
 * The objects in what `helm template` prints.
 *
 * @throws LabError TL_MESH_CONFIG_INVALID
 */
export function readChartObjects(rendered: string): ChartObject[] {
  return parseAllDocuments(rendered).flatMap((document) => {
    const [error] = document.errors
    if (error) throw new LabError('TL_MESH_CONFIG_INVALID', `the rendered chart is no YAML: ${error.message}`)
    const object = document.toJS() as ChartObject | null
    return object === null ? [] : [object]
  })
}

export const isDeployment = (object: ChartObject): object is ChartDeployment => object.kind === 'Deployment'
export const isService = (object: ChartObject): object is ChartService =>
  object.kind === 'Service' && object.apiVersion === 'v1'
export const isNetworkPolicy = (object: ChartObject): object is ChartNetworkPolicy => object.kind === 'NetworkPolicy'

/** Whether labels have everything that a selector wants; an empty selector selects nothing here. */
export function isSelected(labels: Record<string, string> = {}, selector: Record<string, string> = {}): boolean {
  const wanted = Object.entries(selector)
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value)
}
