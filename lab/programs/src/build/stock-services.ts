import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { LabError, messageOf } from '../errors.ts'
import { cacheFolder } from '../fetch/cache-folder.ts'
import { fillCache } from '../fetch/cache.ts'
import { pipEnv } from '../fetch/package-clients.ts'
import { requireTrusted } from '../fetch/trusted.ts'
import { findOnPath, isExecutable } from '../find/executable.ts'
import { runTool } from '../run-tool.ts'
import { type BuildGoToolOptions, buildGoTool } from './build-go-tool.ts'
import { goModuleFolder } from './go-tool-folder.ts'
import type { GoTool } from './go-tools.ts'

/** How to run a service: what comes before its arguments, and the environment that it needs. */
export interface StockService {
  command: string
  args: string[]
  env: Record<string, string>
}

/** The languages whose OpenTelemetry SDKs have a service here. */
export type StockLanguage = 'go' | 'python'

const GO_SERVICE: GoTool = {
  name: 'stock-service-go',
  version: '1',
  from: { folder: 'lab/programs/go/stock-service' },
  go: '1.26.0',
  ldflags: '-s -w',
  programs: [{ name: 'stock-service', variable: 'STOCK_SERVICE_GO_BIN', package: '.' }],
  minutes: 1,
}

/** Sources of the service in Python. */
const PYTHON_SOURCES = 'lab/programs/python/stock-service'
/** Folder of its packages, in that of the cache. */
const PACKAGES = 'packages'

/**
 * The services with stock OpenTelemetry, as strangers write them: built and installed into the cache where they are
 * not there yet. They read `PORT`, `UPSTREAM_URL` and the variables of OpenTelemetry.
 *
 * @throws LabError TL_BINARY_MISSING without Go or without Python and pip, TL_BUILD_FAILED with the reason,
 *   TL_CACHE_NOT_WRITABLE, TL_CACHE_UNTRUSTED
 */
export async function stockServices(options: BuildGoToolOptions = {}): Promise<Record<StockLanguage, StockService>> {
  return { go: await goService(options), python: await pythonService(options) }
}

async function goService(options: BuildGoToolOptions): Promise<StockService> {
  const folder = await buildGoTool(GO_SERVICE, options)
  return { command: path.join(folder, 'stock-service'), args: [], env: {} }
}

async function pythonService({ env = process.env, log = () => {}, signal }: BuildGoToolOptions): Promise<StockService> {
  const found = await findOnPath('python3', env)
  if (found === undefined) {
    throw new LabError('TL_BINARY_MISSING', 'There is no python3 on PATH. Install Python 3.10 or newer, with pip.')
  }
  const requirements = path.join(goModuleFolder(PYTHON_SOURCES), 'requirements.txt')
  // What is on PATH may be a script that starts one; and some packages are built for one version of Python.
  const answer = await runTool([found, '-c', 'import sys; print(sys.executable, "%d.%d" % sys.version_info[:2])'], {
    env,
  })
  const [, python = found, version = ''] = /^(.*) (\S+)$/m.exec(answer) ?? []
  const hash = createHash('sha256').update(await fs.readFile(requirements))
  const folder = path.join(cacheFolder(env), 'stock-service-python', `${version}-${hash.digest('hex').slice(0, 12)}`)
  const packages = path.join(folder, PACKAGES)
  const instrument = path.join(packages, 'bin/opentelemetry-instrument')
  if (!(await isExecutable(instrument))) {
    log('Installing Flask and OpenTelemetry for Python …')
    const exact = ['--require-hashes', '--only-binary=:all:', '--no-deps']
    const quiet = ['--quiet', '--no-input', '--disable-pip-version-check']
    await fillCache(folder, async (work) => {
      const into = ['--target', path.join(work, PACKAGES), '--requirement', requirements]
      const pip = [python, '-m', 'pip', 'install', ...quiet, ...exact, ...into]
      await runTool(pip, { env: pipEnv(env), signal }).catch((error: unknown) => {
        signal?.throwIfAborted()
        throw new LabError('TL_BUILD_FAILED', `pip install -r ${requirements} failed: ${messageOf(error)}`, {
          cause: error,
        })
      })
    })
  }
  // A machine may add its own authorities to the certificates in certifi.
  const installed = (await fs.readdir(packages)).filter((name) => name !== 'certifi')
  await requireTrusted(
    folder,
    installed.map((name) => path.join(PACKAGES, name)),
    env,
  )
  return {
    command: python,
    args: [instrument, python, path.join(goModuleFolder(PYTHON_SOURCES), 'app.py')],
    env: { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' },
  }
}
