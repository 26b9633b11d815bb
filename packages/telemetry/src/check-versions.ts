import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { diag } from '@opentelemetry/api'
import { TelemetryConfigError } from './telemetry-error.ts'

const API = '@opentelemetry/api'
const SDK = '@opentelemetry/sdk-trace'

/** What SDK 3 and the API it needs ask of Node. */
const FIRST_API_OF_SDK_3 = [1, 10]
const NODE_OF_SDK_3 = [22, 15]

/** An installed package. */
interface Installed {
  folder: string
  version: string
  peerDependencies?: Readonly<Record<string, string>> | undefined
}

/**
 * Refuses an SDK that can't run on this Node, and reports an SDK and an API of different releases, and a program whose own copy of OpenTelemetry's API is newer than
 * ours: the API lets no newer copy see what an older one has registered, so the program's spans would vanish.
 */
export function checkVersions(node = process.versions.node, main = process.argv[1]): void {
  const ours = findInstalled(API, import.meta.url)
  if (ours === undefined) return
  if (isAtLeast(ours.version, FIRST_API_OF_SDK_3) && !isAtLeast(node, NODE_OF_SDK_3)) {
    throw new TelemetryConfigError([
      `${API} ${ours.version} and the SDK for it need Node ${NODE_OF_SDK_3.join('.')} or newer, and this is ${node}: ` +
        `use a newer Node, or npm install ${API}@1.9 @opentelemetry/sdk-trace@2`,
    ])
  }
  checkRelease(ours)
  const theirs = main === undefined ? undefined : findInstalled(API, pathToFileURL(main).href)
  if (theirs === undefined || theirs.folder === ours.folder) return
  if (minorOf(theirs.version) <= minorOf(ours.version)) return
  diag.error(
    `spans of the program itself are lost: it has ${API} ${theirs.version} and telemetry ${ours.version}, in ` +
      `${ours.folder}; install one copy, of a version that both accept`,
  )
}

/** An SDK beside an API that it doesn't take is installed by force, or hoisted from another workspace. */
function checkRelease(api: Installed): void {
  const sdk = findInstalled(SDK, import.meta.url)
  const range = sdk?.peerDependencies?.[API]
  const [, from, to] = range?.match(/^>=(\S+) <(\S+)$/) ?? []
  if (from === undefined || to === undefined) return
  if (isAtLeast(api.version, numbersOf(from)) && !isAtLeast(api.version, numbersOf(to))) return
  diag.error(
    `${SDK} ${sdk?.version} needs ${API} ${range}, and telemetry has ${api.version}: install both from one release`,
  )
}

/** The package that an import in a module finds; undefined where there is none, or in a bundle. */
function findInstalled(name: string, from: string): Installed | undefined {
  try {
    const main = fs.realpathSync(createRequire(from).resolve(name))
    const folder = main.slice(
      0,
      main.lastIndexOf(path.join('node_modules', name)) + path.join('node_modules', name).length,
    )
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as Omit<Installed, 'folder'>
    return { folder, version: manifest.version, peerDependencies: manifest.peerDependencies }
  } catch {
    return undefined
  }
}

function minorOf(version: string): number {
  return Number(version.split('.')[1])
}

function numbersOf(version: string): readonly number[] {
  return version.split('.').map(Number)
}

function isAtLeast(version: string, [major = 0, minor = 0]: readonly number[]): boolean {
  const [ownMajor = 0, ownMinor = 0] = numbersOf(version)
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}
