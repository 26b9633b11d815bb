import { findEnvoy, findGoTool, goTools, readEnvoyVersion, versions } from '@throughline/lab-programs'
import type { MeshModule, PrepareOptions } from '../mesh-module.ts'
import { placeConsulAsChart } from '../placement/consul-chart.ts'
import { placeConsulOnLoopback } from '../placement/consul-loopback.ts'
import type { ConsulPlacement } from '../placement/consul-placement.ts'
import { placeConsulInPods } from '../placement/consul-pods.ts'
import type { ServiceName } from '../service-name.ts'
import { limitsAdmin } from '../sidecar/limits-admin.ts'
import { usableTracers } from '../usable-tracers.ts'
import { createConsulAgent } from './consul-agent.ts'
import { createConsulMesh } from './consul-mesh.ts'
import { type ConsulSidecar, createConsulSidecar } from './consul-sidecar.ts'
import { placementFromChart } from './from-chart.ts'
import type { ChartPlacement } from './read-chart.ts'

/** A real Consul, and the Envoy that its sidecars have today, unmodified. */
export const consulModule: MeshModule = {
  async prepare(options) {
    const { settings, runDir, reaper } = options
    const { log, signal, sampling, tracer, fromChart, allowedHosts } = settings
    const { programs } = await findGoTool(goTools.consul)
    const consul = programs['consul'] ?? ''
    const { path: envoy } = await findEnvoy({ version: settings.envoyVersion ?? versions.consul.envoy, log, signal })
    const version = await readEnvoyVersion(envoy)
    const limitAdmin = limitsAdmin(version)
    // Consul's sidecars could report to Datadog as well, but `mesh/consul` has no file for it.
    const tracers = usableTracers(version, settings.traceBackend).filter((name) =>
      fromChart === undefined ? name !== 'datadog' : name === 'zipkin',
    )
    const chart = fromChart && (await placementFromChart({ values: fromChart.values }))
    const { placement, listensOn, close, ...inConsul } = await placeConsul(options, chart)
    return {
      placement,
      tracers,
      listensOn,
      create(backend) {
        const agent = createConsulAgent({ consul, placement: inConsul.agent, allowedHosts, runDir, reaper, log })
        const sidecar = (name: ServiceName): ConsulSidecar =>
          createConsulSidecar(name, {
            placement: inConsul,
            agent,
            consul,
            envoy,
            limitAdmin,
            sampling,
            runDir,
            reaper,
            log,
          })
        return createConsulMesh({
          agent,
          sidecars: { counting: sidecar('counting'), dashboard: sidecar('dashboard') },
          services: inConsul.services,
          bypass: inConsul.bypass,
          backend,
          tracer,
          tracers,
          entries: chart?.entries,
          countingPath: settings.ownService?.path,
          sampling,
        })
      },
      close,
    }
  },
}

function placeConsul(options: PrepareOptions, chart: ChartPlacement | undefined): Promise<ConsulPlacement> {
  if (chart) return placeConsulAsChart(options, chart)
  return options.settings.topology === 'namespaces' ? placeConsulInPods(options) : placeConsulOnLoopback(options)
}
