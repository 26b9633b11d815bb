import path from 'node:path'
import { createStaticEnvoyMesh } from '@throughline/lab-meshes'
import type { ComposeMesh } from './compose-mesh.ts'
import { keepIdentities } from './keep-identities.ts'
import { withMeasuredBypass } from './measure-bypass.ts'
import { createRemoteStaticSidecar } from './remote-static-sidecar.ts'
import { adminUrls, composeEnvoySettings, folders, type SetupSettings, usableTracers } from './setup-settings.ts'

/** The static Envoys of the lab. `start` writes their files and does not wait for the containers. */
export async function createStaticEnvoys(settings: SetupSettings): Promise<ComposeMesh> {
  const { certificateSeconds } = settings
  const { isNew, renew } = await keepIdentities(
    { counting: path.join(folders.counting, 'certs'), dashboard: path.join(folders.dashboard, 'certs') },
    { seconds: certificateSeconds },
  )
  const mesh = await withMeasuredBypass((bypass) =>
    createStaticEnvoyMesh({
      settings: composeEnvoySettings(settings),
      folders,
      createSidecar: (name, expected) =>
        createRemoteStaticSidecar({ ...expected, name: `${name}-sidecar`, adminUrl: adminUrls[name] }, folders[name]),
      bypass,
      tracer: settings.tracer,
      tracers: usableTracers,
      // Identities that were kept may be in the middle of their life.
      renewal: { everyMs: (certificateSeconds * 1000) / 4, renew },
    }),
  )
  return {
    mesh,
    facts: { certificates: isNew ? 'new' : 'kept' },
    // The sidecars find each other by name, so a new address changes nothing.
    outdated: new Promise(() => {}),
  }
}
