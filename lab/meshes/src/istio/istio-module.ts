import { findEnvoy, findHelm, findIstio, readEnvoyVersion, versions } from '@throughline/lab-programs'
import type { MeshModule } from '../mesh-module.ts'
import { placeIstioOnLoopback } from '../placement/istio-loopback.ts'
import { placeIstioInPods } from '../placement/istio-pods.ts'
import { limitsAdmin } from '../sidecar/limits-admin.ts'
import { usableTracers } from '../usable-tracers.ts'
import { createIstioMesh } from './istio-mesh.ts'

/** A real istiod over a fake Kubernetes API, and the Envoy that belongs to its release, unmodified. */
export const istioModule: MeshModule = {
  async prepare({ settings, ports, runDir, reaper }) {
    const { log, signal, sampling, tracer } = settings
    const istio = await findIstio()
    const { path: envoy } = await findEnvoy({ version: settings.envoyVersion ?? versions.istio.envoy, log, signal })
    const helm = await findHelm()
    // Under Datadog a sidecar's span has no kind: Istio's name for it lacks the direction, where Envoy puts it.
    const version = await readEnvoyVersion(envoy)
    const usable = usableTracers(version, settings.traceBackend)
    const limitAdmin = limitsAdmin(version)
    const tracers = usable.filter((name) => name !== 'datadog')
    const place = settings.topology === 'namespaces' ? placeIstioInPods : placeIstioOnLoopback
    const placement = await place({ settings, ports, runDir, reaper, envoy, pilotAgent: istio.pilotAgent })
    return {
      placement: placement.placement,
      tracers,
      listensOn: placement.listensOn,
      create: (backend) =>
        createIstioMesh({
          placement,
          istio,
          limitAdmin,
          helm,
          backend,
          tracer,
          tracers,
          sampling,
          runDir,
          reaper,
          log,
        }),
      close: placement.close,
    }
  },
}
