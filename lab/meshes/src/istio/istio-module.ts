import { readEnvoyVersion } from '@throughline/lab-programs'
import { findEnvoy } from '@throughline/lab-programs'
import { findHelm } from '@throughline/lab-programs'
import { findIstio } from '@throughline/lab-programs'
import type { MeshModule } from '../mesh-module.ts'
import { usableTracers } from '../usable-tracers.ts'
import { versions } from '@throughline/lab-programs'
import { createIstioMesh } from './istio-mesh.ts'
import { createLoopbackPlace } from '../placement/istio-loopback.ts'
import { createNamespacesPlace } from '../placement/istio-pods.ts'

/** A real istiod over a stand-in for the Kubernetes API, and the Envoy that belongs to its release, unmodified. */
export const istioModule: MeshModule = {
  async prepare({ options, ports, runDir, guardian }) {
    const { log, signal, sampling } = options
    const istio = await findIstio()
    const envoy = await findEnvoy({
      version: options.envoyVersion ?? versions.istio.envoy,
      ...(log && { log }),
      ...(signal && { signal }),
    })
    const helm = await findHelm()
    // Under Datadog a sidecar's span has no kind: Istio names it without the direction, which is where Envoy puts it.
    const usable = usableTracers(await readEnvoyVersion(envoy.path), options.collector)
    const tracers = usable.filter((tracer) => tracer !== 'datadog')
    const create = options.topology === 'namespaces' ? createNamespacesPlace : createLoopbackPlace
    const place = await create({ options, ports, runDir, guardian, envoy: envoy.path, pilotAgent: istio.pilotAgent })
    return {
      site: place.site,
      tracers,
      listensOn: place.listensOn,
      create: (backend, tracer) =>
        createIstioMesh({
          place,
          istio,
          helm,
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
