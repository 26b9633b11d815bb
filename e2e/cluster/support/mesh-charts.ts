import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { type FoundKubernetes, runTool, versions } from '@throughline/lab-programs'
import { stringify } from 'yaml'
import { ISTIO_HUB } from './images.ts'
import { cniFolders } from './node-files.ts'

export interface MeshCharts extends AsyncDisposable {
  /** For `--mesh-repo`. */
  url: string
  /** For `--mesh-values`. */
  values: string
}

/** Istio's own charts, from the sources that its programs are built from, served as a chart repository. */
export async function serveIstioCharts(
  { helm, istio, istioCni }: FoundKubernetes,
  { run, env }: { run: string; env: NodeJS.ProcessEnv },
): Promise<MeshCharts> {
  const folder = path.join(run, 'charts')
  const values = path.join(run, 'mesh-values')
  await fs.mkdir(folder)
  await fs.mkdir(values)
  const { version } = versions.istio
  for (const chart of [istio.files.baseChart, istio.files.istiodChart, istioCni.chart]) {
    const versioned = ['--version', version, '--app-version', version, '--destination', folder]
    await runTool([helm, 'package', chart, ...versioned], { env })
  }
  const server = http.createServer((request, response) => {
    const file = path.join(folder, path.basename(request.url ?? ''))
    void fs.readFile(file).then(
      (body) => response.end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await runTool([helm, 'repo', 'index', folder, '--url', url], { env })
  for (const [release, own] of Object.entries(ownValues(run))) {
    await fs.writeFile(path.join(values, `${release}.yaml`), stringify(own))
  }
  return {
    url,
    values,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What a cluster that pulls Istio's own images would not need: other images, an unmodified Envoy, less of the machine. */
function ownValues(run: string): Record<string, object> {
  const cni = cniFolders(run)
  const global = { hub: ISTIO_HUB, tag: versions.istio.version, imagePullPolicy: 'IfNotPresent' }
  const small = { requests: { cpu: '10m', memory: '64Mi' } }
  return {
    'istio-cni': { global, cniBinDir: cni.bin, cniConfDir: cni.config, resources: small },
    istiod: {
      global: { ...global, proxy: { resources: small } },
      autoscaleEnabled: false,
      resources: { requests: { cpu: '50m', memory: '256Mi' } },
      telemetry: { enabled: false, v2: { enabled: false } },
      env: { PILOT_ENABLE_METADATA_EXCHANGE: 'false', PILOT_ENABLE_ALPN_FILTER: 'false' },
    },
  }
}
