import { createControlApi } from '@throughline/lab-meshes'
import { createStagedMesh } from './staged-mesh.ts'
import { startService } from './start-service.ts'

/** A dashboard with a control API and a fake mesh. */
export async function startStage(env: Record<string, string> = {}) {
  const set = await createStagedMesh()
  const control = await createControlApi({ mesh: set.mesh })
  const dashboard = await startService('dashboard', {
    COUNTING_SERVICE_URL: set.upstreamUrl,
    COUNTING_BYPASS_URL: set.bypassUrl,
    MESH_CONTROL_URL: control.url,
    MESH_CONTROL_TOKEN: control.token,
    OTEL_TRACES_EXPORTER: 'none',
    ...env,
  })
  return {
    stage: set.stage,
    url: dashboard.url,
    /** Ends the control API. */
    silence: control.close,
    async [Symbol.asyncDispose]() {
      await dashboard[Symbol.asyncDispose]()
      await control.close()
      await set[Symbol.asyncDispose]()
    },
  }
}
