import { isAtLeast, readEnvoyVersion } from '@throughline/lab-programs'
import { findEnvoy } from '@throughline/lab-programs'
import { findGoTool } from '@throughline/lab-programs'
import { goTools } from '@throughline/lab-programs'
import type { MeshModule, PrepareOptions } from '../mesh-module.ts'
import { usableTracers } from '../usable-tracers.ts'
import { versions } from '@throughline/lab-programs'
import type { ServiceName } from '../service-name.ts'
import { createChartPlace } from '../placement/consul-chart.ts'
import { createConsulAgent } from './consul-agent.ts'
import { createConsulMesh } from './consul-mesh.ts'
import type { ConsulPlace } from '../placement/consul-placement.ts'
import { type ConsulSidecar, createConsulSidecar } from './consul-sidecar.ts'
import { planFromChart } from './from-chart.ts'
import type { ChartPlan } from './read-chart.ts'
import { createLoopbackPlace } from '../placement/consul-loopback.ts'
import { createNamespacePlace } from '../placement/consul-pods.ts'

/** A real Consul, and the Envoy that its sidecars have today, unmodified. */
export const consulModule: MeshModule = {
  async prepare(given) {
    const { options, runDir, guardian } = given
    const { log, signal, sampling, fromChart } = options
    const { programs } = await findGoTool(goTools.consul)
    const envoy = await findEnvoy({
      version: options.envoyVersion ?? versions.consul.envoy,
      ...(log && { log }),
      ...(signal && { signal }),
    })
    const version = await readEnvoyVersion(envoy.path)
    // Consul could report to Datadog, too; `mesh/consul` has no file for it.
    const tracers = usableTracers(version, options.collector).filter((tracer) =>
      fromChart === undefined ? tracer !== 'datadog' : tracer === 'zipkin',
    )
    const plan =
      fromChart === undefined
        ? undefined
        : await planFromChart(fromChart.values === undefined ? {} : { values: fromChart.values })
    const place = await createPlace(given, plan)
    return {
      site: place.site,
      tracers,
      listensOn: place.listensOn,
      create(backend, tracer) {
        const consul = programs['consul'] ?? ''
        const run = { place, consul, runDir, guardian, ...(log && { log }) }
        const agent = createConsulAgent({ ...run, binary: consul, place: place.agent })
        const limitAdmin = version === undefined || isAtLeast(version, versions.envoy.adminPaths)
        const sidecar = (name: ServiceName): ConsulSidecar =>
          createConsulSidecar(name, { ...run, agent, envoy: envoy.path, limitAdmin })
        return createConsulMesh({
          agent,
          sidecars: { counting: sidecar('counting'), dashboard: sidecar('dashboard') },
          services: place.services,
          bypass: place.bypass,
          backend,
          tracer,
          tracers,
          ...(plan && { entries: plan.entries }),
          ...(sampling !== undefined && { sampling }),
        })
      },
      close: place.close,
    }
  },
}

function createPlace(given: PrepareOptions, plan: ChartPlan | undefined): Promise<ConsulPlace> {
  if (plan) return createChartPlace(given, plan)
  return given.options.topology === 'namespaces' ? createNamespacePlace(given) : createLoopbackPlace(given)
}
