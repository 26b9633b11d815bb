import { readEnvoyVersion } from '../../binaries/envoy-version.ts'
import { findEnvoy } from '../../binaries/find-envoy.ts'
import { findGoTool } from '../../binaries/find-go-tool.ts'
import { goTools } from '../../binaries/go-tools.ts'
import type { MeshModule } from '../../mesh-module.ts'
import { usableTracers } from '../../usable-tracers.ts'
import { versions } from '../../versions.ts'
import { createConsulMesh } from './consul-mesh.ts'
import { createLoopbackPlace } from './loopback-place.ts'
import { createNamespacePlace } from './namespace-place.ts'
import { createNamespacePlace } from './namespace-place.ts'

/** A real Consul, and the Envoy that its sidecars have today, unmodified. */
export const consulModule: MeshModule = {
  async prepare({ options, ports, runDir, guardian }) {
    const { log, signal, sampling } = options
    const { programs } = await findGoTool(goTools.consul)
    const envoy = await findEnvoy({
      version: options.envoyVersion ?? versions.consul.envoy,
      ...(log && { log }),
      ...(signal && { signal }),
    })
    // Consul could report to Datadog, too; `mesh/consul` has no file for it.
    const tracers = usableTracers(await readEnvoyVersion(envoy.path), options.collector).filter(
      (tracer) => tracer !== 'datadog',
    )
    const createPlace = topology === 'namespaces' ? createNamespacePlace : createLoopbackPlace
    const place = await createPlace({ options, ports, runDir, guardian })
    return {
      site: place.site,
      tracers,
      listensOn: place.listensOn,
      create: (backend, tracer) =>
        createConsulMesh({
          place,
          consul: programs['consul'] ?? '',
          envoy: envoy.path,
          backend,
          tracer,
          tracers,
          runDir,
          guardian,
          ...(sampling !== undefined && { sampling }),
          ...(log && { log }),
        }),
      close: place.close,
    }
  },
}
