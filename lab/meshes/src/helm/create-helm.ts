import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type KubeObject, readObjects } from '@throughline/lab-kube-api'
import { stringify } from 'yaml'
import { buildSubcharts } from './build-subcharts.ts'

export interface RenderOptions {
  /** Default `throughline`, as the namespace. */
  release?: string
  namespace?: string
  /** Paths of values files, in order. */
  files?: readonly string[]
  /** Values as data; they win over the files. */
  values?: object
  /** Arguments of `--set`, such as `counting.port=8080`; they win over both. */
  set?: readonly string[]
  /** Default Helm's own. */
  kubeVersion?: string
  /** Whether to include the chart's `crds/` and its tests, default false and true. */
  includeCrds?: boolean
  includeTests?: boolean
}

interface HelmResult {
  /** -1 when it did not end within a minute. */
  exitCode: number
  stdout: string
  stderr: string
}

/** A Helm isolated from the user's plugins, repositories and clusters. */
export interface Helm {
  /** Runs Helm with these arguments. */
  run: (...args: string[]) => Promise<HelmResult>
  /** `helm template` of a chart, a folder or an archive. Missing subcharts of a folder are built first. */
  template: (chart: string, options?: RenderOptions) => Promise<HelmResult>
  /** The objects that a chart renders to. @throws with Helm's message when it refuses */
  objects: (chart: string, options?: RenderOptions) => Promise<KubeObject[]>
}

/** @param file path of a Helm, as `findHelm` returns it */
export function createHelm(file: string): Helm {
  const run = (...args: string[]): Promise<HelmResult> => inFreshHome((home) => runIn(home, file, args))
  const template = async (chart: string, options: RenderOptions = {}): Promise<HelmResult> => {
    await buildSubcharts({ run, chart })
    return inFreshHome(async (home) => {
      const args = templateArguments(chart, options)
      if (options.values !== undefined) {
        const values = path.join(home, 'values.yaml')
        await fs.writeFile(values, stringify(options.values, { version: '1.1' }))
        args.push('--values', values)
      }
      return runIn(home, file, args)
    })
  }
  return {
    run,
    template,
    async objects(chart, options) {
      const { exitCode, stdout, stderr } = await template(chart, options)
      if (exitCode !== 0) throw new Error(stderr.trim())
      return readObjects(stdout)
    },
  }
}

function templateArguments(chart: string, options: RenderOptions): string[] {
  const { release = 'throughline', namespace = 'throughline', files = [], set = [], kubeVersion } = options
  const args = ['template', release, chart, '--namespace', namespace]
  if (options.includeCrds ?? false) args.push('--include-crds')
  if (!(options.includeTests ?? true)) args.push('--skip-tests')
  if (kubeVersion !== undefined) args.push('--kube-version', kubeVersion)
  for (const values of files) args.push('--values', values)
  for (const value of set) args.push('--set', value)
  return args
}

async function inFreshHome<T>(use: (home: string) => Promise<T>): Promise<T> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-helm-'))
  try {
    return await use(home)
  } finally {
    await fs.rm(home, { recursive: true, force: true })
  }
}

function runIn(home: string, file: string, args: string[]): Promise<HelmResult> {
  const folders = { HOME: home, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home }
  const env = { PATH: process.env['PATH'], KUBECONFIG: path.join(home, 'none'), ...folders }
  return new Promise((resolve) => {
    execFile(file, args, { env, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ exitCode, stdout, stderr })
    })
  })
}
