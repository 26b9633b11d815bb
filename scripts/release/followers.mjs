// @ts-check
import path from 'node:path'
import { trackedFiles } from '../tracked-files.mjs'
import { readDestinations } from './destinations.mjs'

/** Numbers of semantic versioning 2.0.0, §2 and §9: what npm, Helm and image tags all take. No build metadata. */
export const VERSION = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/
const SPELLED = String.raw`\d+\.\d+\.\d+(?:-[\w.-]*\w)?`
const OURS = /^(?:@throughline\/[a-z-]+|throughline)$/

/**
 * Files that spell the version of the project, because the program that reads them takes it from nowhere else. Each rule
 * gives a file's text at another version. No file but these, and CHANGELOG.md, spells it; the root `package.json` owns it.
 *
 * @type {{ files: string[], at: (text: string, version: string, file: string) => string }[]}
 */
const RULES = [
  { files: ['package.json', ':(glob)**/package.json'], at: manifestAt },
  { files: ['package-lock.json'], at: lockAt },
  {
    files: [':(glob)charts/**/Chart.yaml'],
    at: replacing(/^( *(?:version|appVersion|- version): )\S+$|(?<=^ +image: throughline\/[a-z-]+:)\S+$/gm),
  },
  { files: ['Dockerfile'], at: replacing(/^(ARG VERSION=)\S+$/gm) },
  {
    files: ['docker-compose.yml', 'compose/consul.yml', 'docs/guides/*-on-kubernetes.md'],
    at: replacing(new RegExp(String.raw`(throughline\/[\w$-]+:| oci:\S+ --install --version )${SPELLED}`, 'g')),
  },
  { files: ['packages/telemetry/src/version.ts'], at: replacing(/(VERSION = ')[^']+/g) },
]

/** Those of these files that no package of ours may be mistaken for: programs of strangers. */
const STRANGERS = /^(?:e2e\/clients\/programs|packages\/propagation\/conformance)\//

/**
 * Every file that spells the version, and how.
 * @returns {{ file: string, at: (text: string, version: string) => string }[]} paths relative to the repository
 */
export function versionFollowers() {
  return RULES.flatMap(({ files, at }) =>
    trackedFiles(...files)
      .filter((file) => !STRANGERS.test(file))
      .map((file) => ({ file, at: (text, version) => at(text, version, file) })),
  )
}

/**
 * @param {RegExp} pattern its first group, if any, stays
 * @returns {(text: string, version: string) => string}
 */
function replacing(pattern) {
  return (text, version) => text.replaceAll(pattern, (_match, kept) => `${kept ?? ''}${version}`)
}

/**
 * A published package also says where its source is, once `release.json` does: npm attests it.
 * @param {string} text
 * @param {string} version
 * @param {string} file
 */
export function manifestAt(text, version, file, { repository } = readDestinations()) {
  const manifest = JSON.parse(text)
  for (const key of ['homepage', 'bugs', 'repository']) delete manifest[key]
  if ('version' in manifest) manifest.version = version
  setOwn(manifest, version)
  const directory = path.dirname(file)
  const source = repository !== '' &&
    'publishConfig' in manifest && {
      homepage: `${repository}/tree/v${version}/${directory}#readme`,
      bugs: `${repository}/issues`,
      repository: { type: 'git', url: `git+${repository}.git`, directory },
    }
  return `${JSON.stringify({ ...manifest, ...source }, null, 2)}\n`
}

/**
 * @param {string} text
 * @param {string} version
 */
function lockAt(text, version) {
  const lock = JSON.parse(text)
  lock.version = version
  for (const [place, entry] of Object.entries(lock.packages)) {
    if (place.includes('node_modules/')) continue
    entry.version = version
    setOwn(entry, version)
  }
  return `${JSON.stringify(lock, null, 2)}\n`
}

/**
 * @param {Record<string, Record<string, string> | undefined>} manifest
 * @param {string} version
 */
function setOwn(manifest, version) {
  for (const kind of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']) {
    for (const name of Object.keys(manifest[kind] ?? {})) {
      if (OURS.test(name)) Object.assign(manifest[kind] ?? {}, { [name]: version })
    }
  }
}
