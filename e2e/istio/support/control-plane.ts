import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createFakeKubeApi, type KubeObject, type FakeKubeApi } from '@throughline/lab-kube-api'
import { findHelm, findIstio, LabError, startReaper } from '@throughline/lab-programs'
import { type Istiod, createHelm, renderIstioObjects, startIstiod } from '@throughline/lab-meshes'
import { afterAll, type TestContext } from 'vitest'

const charts = path.join(import.meta.dirname, '../../../charts')

/** The documented values for istiod. */
const documented = [path.join(charts, 'istio/install/istiod.yaml')]

export interface ControlPlaneOptions {
  /** Values of Istio's chart `istiod` on top of the documented ones. */
  values?: object
  /** The version that the fake Kubernetes API claims. */
  kubernetesVersion?: string
}

interface Ran {
  /** -1 after a timeout. */
  exitCode: number
  stdout: string
  stderr: string
}

export interface ControlPlane {
  kubeApi: FakeKubeApi
  istiod: Istiod
  /** Renders a chart of ours (a folder below `charts/`) with the real Helm. */
  render: (chart: string, options: { namespace: string; files?: string[]; values?: object }) => Promise<KubeObject[]>
  /** Runs istioctl against this control plane; it fails after 30 s. */
  istioctl: (...args: string[]) => Promise<Ran>
  /** Folder for a test's files. */
  folder: string
  stop: () => Promise<void>
}

type Context = Pick<TestContext, 'skip'>

/**
 * One control plane for the tests of a file, started by the first that needs it. A machine without the programs
 * skips the tests and says why; in CI that is a failure.
 */
export function useControlPlane(options: ControlPlaneOptions = {}): (context: Context) => Promise<ControlPlane> {
  let started: Promise<ControlPlane> | undefined
  afterAll(async () => {
    const plane = await started?.catch(() => undefined)
    await plane?.stop()
  })
  return async (context) => {
    started ??= startControlPlane(options)
    try {
      return await started
    } catch (error) {
      const isMissing = error instanceof LabError && error.code === 'TL_BINARY_MISSING'
      if (!isMissing || process.env['CI']) throw error
      return context.skip(error.message)
    }
  }
}

/** A real istiod on a fake Kubernetes API, with the documented values; stopping removes everything. */
export async function startControlPlane({ values, kubernetesVersion }: ControlPlaneOptions): Promise<ControlPlane> {
  const istio = await findIstio()
  const helm = await findHelm()
  const objects = await renderIstioObjects({ helm, istio, files: documented, ...(values && { values }) })
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-istio-'))
  const reaper = await startReaper({ folder })
  const kubeApi = await createFakeKubeApi({ objects, ...(kubernetesVersion && { kubernetesVersion }) })
  const kubeconfig = path.join(folder, 'kubeconfig')
  await fs.writeFile(kubeconfig, kubeApi.kubeconfig(), { mode: 0o600 })
  let istiod: Istiod | undefined
  const stop = async (): Promise<void> => {
    await istiod?.stop()
    await reaper.close()
    await kubeApi.close()
  }
  try {
    istiod = await startIstiod({ binary: istio.pilotDiscovery, kubeApi, runDir: folder, reaper })
  } catch (error) {
    await stop()
    throw error
  }
  return {
    kubeApi,
    istiod,
    folder,
    stop,
    render: (chart, { namespace, files = [], values: own }) =>
      createHelm(helm).objects(path.join(charts, chart), {
        namespace,
        files: files.map((file) => path.join(charts, file)),
        includeTests: false,
        ...(own && { values: own }),
      }),
    istioctl: (...args) => run(istio.istioctl, args, { KUBECONFIG: kubeconfig, HOME: folder }),
  }
}

/** istioctl waits forever for an API that doesn't answer. */
function run(file: string, args: string[], env: Record<string, string>): Promise<Ran> {
  const limits = { timeout: 30_000, killSignal: 'SIGKILL', maxBuffer: 32 * 1024 * 1024 } as const
  return new Promise((resolve) => {
    execFile(file, args, { env, ...limits }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ exitCode, stdout, stderr })
    })
  })
}
