import { findEnvoy, findHelm, findIstio, readEnvoyVersion, versions } from '@throughline/lab-programs'
import type { MeshModule } from '../mesh-module.ts'
import { usableTracers } from '../usable-tracers.ts'
import { createIstioMesh } from './istio-mesh.ts'
import { placeIstioOnLoopback } from '../placement/istio-loopback.ts'
import { placeIstioInPods } from '../placement/istio-pods.ts'

/** A real istiod over a fake Kubernetes API, and the Envoy that belongs to its release, unmodified. */
export const istioModule: MeshModule = {
  async prepare({ options, ports, runDir, reaper }) {
    const { log, signal, sampling } = options
    const istio = await findIstio()
    const envoy = await findEnvoy({
      version: options.envoyVersion ?? versions.istio.envoy,
      ...(log && { log }),
      ...(signal && { signal }),
    })
    const helm = await findHelm()
    // Under Datadog a sidecar's span has no kind: Istio names it without the direction, which is where Envoy puts it.
    const usable = usableTracers(await readEnvoyVersion(envoy.path), options.traceBackend)
    const tracers = usable.filter((tracer) => tracer !== 'datadog')
    const create = options.topology === 'namespaces' ? placeIstioInPods : placeIstioOnLoopback
    const placement = await create({ options, ports, runDir, reaper, envoy: envoy.path, pilotAgent: istio.pilotAgent })
    return {
      placement: placement.placement,
      tracers,
      listensOn: placement.listensOn,
      create: (backend, tracer) =>
        createIstioMesh({
          placement,
          istio,
          helm,
          backend,
          tracer,
          tracers,
          runDir,
          reaper,
          ...(sampling !== undefined && { sampling }),
          ...(log && { log }),
        }),
      close: placement.close,
    }
  },
}
