import path from 'node:path'
import { findEnvoy, isAtLeast, LabError, readEnvoyVersion, versions } from '@throughline/lab-programs'
import { createIdentities } from '../identities.ts'
import type { MeshModule } from '../mesh-module.ts'
import { usableTracers } from '../usable-tracers.ts'
import { createEnvoySidecar } from '../sidecar/envoy-sidecar.ts'
import { describeLoopbackBypass } from '../placement/loopback-bypass.ts'
import { createStaticEnvoyMesh } from './static-envoy.ts'
import type { SidecarName } from './static-envoy-config.ts'

/** Two Envoys that read their configuration from files, everything on 127.0.0.1. */
export const staticEnvoyModule: MeshModule = {
  async prepare({ options, ports, runDir, reaper }) {
    const { log, signal, envoyVersion, sampling, topology = 'loopback', bypass = 'open' } = options
    if (topology !== 'loopback') throw new LabError('TL_USAGE', 'static Envoys run on loopback only')
    if (bypass !== 'open' && bypass !== 'closed' && bypass !== 'socket') {
      throw new LabError('TL_USAGE', `the bypass of a static Envoy can be open or closed, not "${bypass}"`)
    }
    const envoy = await findEnvoy({
      ...(log && { log }),
      ...(signal && { signal }),
      ...(envoyVersion !== undefined && { version: envoyVersion }),
    })
    const version = await readEnvoyVersion(envoy.path)
    const tracers = usableTracers(version, options.traceBackend)
    const identities = await createIdentities(path.join(runDir, 'certs'), ['counting', 'dashboard'])

    const socket = bypass === 'open' ? undefined : `unix:${path.join(runDir, 'counting.sock')}`
    const counting = options.countingApp ?? socket ?? `127.0.0.1:${ports.counting}`
    return {
      placement: {
        counting,
        dashboard: `127.0.0.1:${ports.dashboard}`,
        dashboardUrl: `http://127.0.0.1:${ports.dashboard}`,
        upstreamUrl: `http://127.0.0.1:${ports.outbound}`,
        countingInbound: `127.0.0.1:${ports.inbound}`,
        ...(!counting.startsWith('unix:') && { bypassUrl: `http://${counting}` }),
        host: '127.0.0.1',
      },
      tracers,
      listensOn: ['outbound', 'inbound', 'countingAdmin', 'dashboardAdmin'],
      identities,
      create: ({ otlpUrl, zipkinUrl, datadogUrl }, tracer) => {
        const folders: Record<SidecarName, string> = {
          counting: path.join(runDir, 'counting-sidecar'),
          dashboard: path.join(runDir, 'dashboard-sidecar'),
        }
        const admin = {
          counting: `127.0.0.1:${ports.countingAdmin}`,
          dashboard: `127.0.0.1:${ports.dashboardAdmin}`,
        }
        return createStaticEnvoyMesh({
          settings: {
            configDir: folders,
            certsDir: identities.folder,
            admin,
            limitAdmin: version === undefined || isAtLeast(version, versions.envoy.adminPaths),
            countingApp: counting,
            countingInbound: `127.0.0.1:${ports.inbound}`,
            dashboardOutbound: `127.0.0.1:${ports.outbound}`,
            otlpUrl,
            zipkinUrl,
            ...(datadogUrl !== undefined && { datadogUrl }),
            ...(sampling !== undefined && { sampling }),
          },
          folders,
          createSidecar: (name, expected) =>
            createEnvoySidecar({
              ...expected,
              name: `${name}-sidecar`,
              binary: envoy.path,
              adminUrl: `http://${admin[name]}`,
              bootstrap: path.join(folders[name], 'bootstrap.json'),
              runDir,
              reaper,
              ...(log && { log }),
            }),
          bypass: describeLoopbackBypass(
            counting,
            'Counting listens on a loopback port: every process on this machine reaches it without its sidecar.',
          ),
          tracer,
          tracers,
        })
      },
      close: async () => {},
    }
  },
}
