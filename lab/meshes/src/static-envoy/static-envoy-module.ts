import path from 'node:path'
import { findEnvoy, LabError, readEnvoyVersion } from '@throughline/lab-programs'
import { createCertificateAuthority, writeCertificates } from '../certs.ts'
import type { MeshModule } from '../mesh-module.ts'
import { placeOnLoopback } from '../placement/placement.ts'
import { serviceNames, type SidecarName } from '../service-name.ts'
import { envoyCommand } from '../sidecar/envoy-command.ts'
import { createSidecar } from '../sidecar/sidecar.ts'
import { limitsAdmin } from '../sidecar/limits-admin.ts'
import { usableTracers } from '../usable-tracers.ts'
import { createStaticEnvoyMesh } from './static-envoy.ts'

/** Ten years: longer than a lab runs. */
const AUTHORITY_HOURS = 10 * 365 * 24

/** Two Envoys that read their configuration from files, everything on 127.0.0.1. */
export const staticEnvoyModule: MeshModule = {
  async prepare({ settings, ports, runDir, reaper }) {
    const { log, signal, sampling, tracer } = settings
    if (settings.topology !== 'loopback') throw new LabError('TL_USAGE', 'static Envoys run on loopback only')
    const openReason =
      'Counting listens on a loopback port: every program on this machine reaches it without its sidecar.'
    const { placement, bypass } = placeOnLoopback({ settings, ports, runDir, mesh: 'static Envoys', openReason })
    const { path: envoy } = await findEnvoy({ version: settings.envoyVersion, log, signal })
    const version = await readEnvoyVersion(envoy)
    const tracers = usableTracers(version, settings.traceBackend)
    const { certificateSeconds } = settings
    // The authority's key never leaves this process, which ends before the authority does.
    const authority = await createCertificateAuthority({
      hours: certificateSeconds / 3600,
      authorityHours: AUTHORITY_HOURS,
    })
    const certsDir = path.join(runDir, 'certs')
    const renew = (): Promise<void> => writeCertificates(certsDir, { authority, serviceAccounts: serviceNames })
    await renew()

    const folders: Record<SidecarName, string> = {
      counting: path.join(runDir, 'counting-sidecar'),
      dashboard: path.join(runDir, 'dashboard-sidecar'),
    }
    const admin = { counting: `127.0.0.1:${ports.countingAdmin}`, dashboard: `127.0.0.1:${ports.dashboardAdmin}` }
    return {
      placement,
      tracers,
      listensOn: ['outbound', 'inbound', 'countingAdmin', 'dashboardAdmin'],
      identities: { folder: certsDir, issue: authority.issue },
      create: ({ otlpUrl, zipkinUrl, datadogUrl }) =>
        createStaticEnvoyMesh({
          settings: {
            configDir: folders,
            certsDir,
            admin,
            limitAdmin: limitsAdmin(version),
            countingApp: placement.counting,
            countingPath: settings.ownService?.path,
            upstream: placement.behind,
            countingInbound: `127.0.0.1:${ports.inbound}`,
            dashboardOutbound: `127.0.0.1:${ports.outbound}`,
            otlpUrl,
            zipkinUrl,
            datadogUrl,
            sampling,
          },
          folders,
          createSidecar: (name, expected) =>
            createSidecar({
              ...expected,
              name: `${name}-sidecar`,
              adminUrl: `http://${admin[name]}`,
              command: envoyCommand({ envoy, bootstrap: path.join(folders[name], 'bootstrap.json'), cwd: runDir }),
              logFile: path.join(runDir, `${name}-sidecar.log`),
              reaper,
              log,
            }),
          bypass,
          tracer,
          tracers,
          renewal: { everyMs: (certificateSeconds * 1000) / 2, renew },
        }),
      close: async () => {},
    }
  },
}
