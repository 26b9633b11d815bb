import path from 'node:path'
import type { Bypass, Mesh } from '../mesh.ts'
import { createStaticEnvoyMesh } from '../meshes/static-envoy/static-envoy.ts'
import { measureBypass } from './measure-bypass.ts'
import { createRemoteSidecar } from './remote-sidecar.ts'
import { adminUrls, composeEnvoySettings, folders, type SetupSettings, usableTracers } from './setup-settings.ts'

/** Port of counting's app; whether anything listens there for others is what is measured. */
const measure = (): Promise<Bypass> => measureBypass('counting', 9001)

/** The static Envoys of the lab, run by compose. `start` writes their files and waits for nobody. */
export async function createComposeMesh(settings: SetupSettings): Promise<Mesh> {
  const mesh = createStaticEnvoyMesh({
    settings: composeEnvoySettings(settings),
    folders,
    createSidecar: (name, expected) =>
      createRemoteSidecar({ ...expected, name: `${name}-sidecar`, adminUrl: adminUrls[name] }),
    bypass: await measure(),
    tracer: settings.tracer,
    tracers: usableTracers,
  })
  return { ...mesh, status: async () => ({ ...(await mesh.status()), bypass: await measure() }) }
}

/** Where the certificates of each service are. */
export const certificateFolders = {
  counting: path.join(folders.counting, 'certs'),
  dashboard: path.join(folders.dashboard, 'certs'),
}
