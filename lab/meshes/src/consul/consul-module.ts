import { findEnvoy, findGoTool, goTools, isAtLeast, readEnvoyVersion, versions } from '@throughline/lab-programs'
import type { MeshModule, PrepareOptions } from '../mesh-module.ts'
import { usableTracers } from '../usable-tracers.ts'
import type { ServiceName } from '../service-name.ts'
import { placeConsulAsChart } from '../placement/consul-chart.ts'
import { createConsulAgent } from './consul-agent.ts'
import { createConsulMesh } from './consul-mesh.ts'
import type { ConsulPlacement } from '../placement/consul-placement.ts'
import { type ConsulSidecar, createConsulSidecar } from './consul-sidecar.ts'
import { placementFromChart } from './from-chart.ts'
import type { ChartPlacement } from './read-chart.ts'
import { placeConsulOnLoopback } from '../placement/consul-loopback.ts'
import { placeConsulInPods } from '../placement/consul-pods.ts'

/** A real Consul, and the Envoy that its sidecars have today, unmodified. */
export const consulModule: MeshModule = {
  async prepare(given) {
    const { options, runDir, reaper } = given
    const { log, signal, sampling, fromChart } = options
    const { programs } = await findGoTool(goTools.consul)
    const envoy = await findEnvoy({
      version: options.envoyVersion ?? versions.consul.envoy,
      ...(log && { log }),
      ...(signal && { signal }),
    })
    const version = await readEnvoyVersion(envoy.path)
    // Consul could report to Datadog, too; `mesh/consul` has no file for it.
    const tracers = usableTracers(version, options.traceBackend).filter((tracer) =>
      fromChart === undefined ? tracer !== 'datadog' : tracer === 'zipkin',
    )
    const chart =
      fromChart === undefined
        ? undefined
        : await placementFromChart(fromChart.values === undefined ? {} : { values: fromChart.values })
    const placement = await placeConsul(given, chart)
    return {
      placement: placement.placement,
      tracers,
      listensOn: placement.listensOn,
      create(backend, tracer) {
        const consul = programs['consul'] ?? ''
        const run = { placement, consul, runDir, reaper, ...(log && { log }) }
        const agent = createConsulAgent({ ...run, binary: consul, placement: placement.agent })
        const limitAdmin = version === undefined || isAtLeast(version, versions.envoy.adminPaths)
        const sidecar = (name: ServiceName): ConsulSidecar =>
          createConsulSidecar(name, { ...run, agent, envoy: envoy.path, limitAdmin })
        return createConsulMesh({
          agent,
          sidecars: { counting: sidecar('counting'), dashboard: sidecar('dashboard') },
          services: placement.services,
          bypass: placement.bypass,
          backend,
          tracer,
          tracers,
          ...(chart && { entries: chart.entries }),
          ...(sampling !== undefined && { sampling }),
        })
      },
      close: placement.close,
    }
  },
}

function placeConsul(given: PrepareOptions, chart: ChartPlacement | undefined): Promise<ConsulPlacement> {
  if (chart) return placeConsulAsChart(given, chart)
  return given.options.topology === 'namespaces' ? placeConsulInPods(given) : placeConsulOnLoopback(given)
}
