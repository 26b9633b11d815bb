import fs from 'node:fs/promises'
import type { KubeObject } from '@throughline/lab-kube-api'
import { type FoundIstio, versions } from '@throughline/lab-programs'
import { readObjects } from './read-objects.ts'
import { renderChart } from './render-chart.ts'

export interface IstioObjectsOptions {
  /** Path of a Helm. */
  helm: string
  istio: FoundIstio
  /** Values of Istio's chart `istiod`: files, then data. */
  files?: readonly string[]
  values?: object
  kubeVersion?: string
}

/** Namespace of Istio itself. */
export const istioNamespace = 'istio-system'

/** What an installation of Istio puts into a cluster: its own charts `base` and `istiod`, and the Gateway API. */
export async function renderIstioObjects(options: IstioObjectsOptions): Promise<KubeObject[]> {
  const { helm, istio, files = [], values = {}, kubeVersion = '1.36.3' } = options
  const { baseChart, istiodChart, gatewayApiDefinitions } = istio.files
  const common = { helm, namespace: istioNamespace, kubeVersion }
  // The charts of the sources name test images; only released ones name the release.
  const image = { global: { hub: 'docker.io/istio', tag: versions.istio.version } }
  const [base, istiod, gateway] = await Promise.all([
    renderChart({ ...common, chart: baseChart, release: 'istio-base' }),
    renderChart({ ...common, chart: istiodChart, release: 'istiod', files, values: withImage(values, image) }),
    fs.readFile(gatewayApiDefinitions, 'utf8').then(readObjects),
  ])
  return [...base, ...gateway, ...istiod]
}

function withImage(values: object, image: { global: object }): object {
  const { global = {} } = values as { global?: object }
  return { ...values, global: { ...image.global, ...global } }
}
