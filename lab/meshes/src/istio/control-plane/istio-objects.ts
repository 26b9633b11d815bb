import fs from 'node:fs/promises'
import { type KubeObject, readObjects } from '@throughline/lab-kube-api'
import { type FoundIstio, versions } from '@throughline/lab-programs'
import { createHelm } from '../../helm/create-helm.ts'

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
export const ISTIO_NAMESPACE = 'istio-system'

/** What an installation of Istio puts into a cluster: its own charts `base` and `istiod`, and the Gateway API. */
export async function renderIstioObjects(options: IstioObjectsOptions): Promise<KubeObject[]> {
  const { helm, istio, files = [], values = {}, kubeVersion = '1.36.3' } = options
  const { baseChart, istiodChart, gatewayApiDefinitions } = istio.files
  const { objects } = createHelm(helm)
  const common = { namespace: ISTIO_NAMESPACE, kubeVersion, includeCrds: true, includeTests: false }
  // The charts of the sources name test images; only released ones name the release.
  const image = { global: { hub: 'docker.io/istio', tag: versions.istio.version } }
  const [base, istiod, gateway] = await Promise.all([
    objects(baseChart, { ...common, release: 'istio-base' }),
    objects(istiodChart, { ...common, release: 'istiod', files, values: withImage(values, image) }),
    fs.readFile(gatewayApiDefinitions, 'utf8').then(readObjects),
  ])
  return [...base, ...gateway, ...istiod]
}

function withImage(values: object, image: { global: object }): object {
  const { global = {} } = values as { global?: object }
  return { ...values, global: { ...image.global, ...global } }
}
