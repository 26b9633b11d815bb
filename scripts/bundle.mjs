// @ts-check
/**
 * Bundles one program for its image: `node scripts/bundle.mjs <counting | dashboard | setup> <folder>`, after a build.
 * One program in a few files starts in well under half the time that it takes from node_modules.
 */
import fs from 'node:fs'
import path from 'node:path'
import { rolldown } from 'rolldown'
import { ROOT } from './root.mjs'

/**
 * What cannot be bundled: hooks of OpenTelemetry's stock instrumentation see only modules that Node itself loads,
 * `pino-pretty` is loaded only on a terminal, and what `jaeger-client` needs is no strict code.
 */
const LOADED_BY_NODE = ['express', 'import-in-the-middle', 'require-in-the-middle', 'pino-pretty', 'jaeger-client']
/** The same and, by a path that a bundler can't see, the hooks themselves. */
const PACKAGES = [...LOADED_BY_NODE, '@opentelemetry/instrumentation']

/** @type {Record<string, { entries: Record<string, string>, to: string, folders: Record<string, string>, packages: string[] }>} */
const PROGRAMS = {
  counting: {
    entries: {
      main: 'services/counting/dist/main.js',
      healthcheck: 'packages/service-kit/dist/healthcheck.js',
    },
    to: 'dist',
    folders: {},
    packages: PACKAGES,
  },
  dashboard: {
    entries: {
      main: 'services/dashboard/dist/main.js',
      healthcheck: 'packages/service-kit/dist/healthcheck.js',
      'check-mesh': 'services/dashboard/dist/check-mesh.js',
    },
    to: 'dist',
    folders: { 'services/dashboard/page': 'page', 'docs/guides': 'guides' },
    packages: PACKAGES,
  },
  setup: {
    entries: { main: 'lab/compose-setup/dist/main.js', healthcheck: 'lab/compose-setup/dist/healthcheck.js' },
    // The lab looks for `mesh` from here, as it does in the repository.
    to: 'lab/meshes/dist',
    folders: { mesh: 'mesh' },
    packages: [],
  },
}

const [name = '', target = ''] = process.argv.slice(2)
const program = PROGRAMS[name]
if (program === undefined || target === '') {
  console.error(`node scripts/bundle.mjs <${Object.keys(PROGRAMS).join(' | ')}> <folder>`)
  process.exit(2)
}

const input = Object.fromEntries(Object.entries(program.entries).map(([key, file]) => [key, path.join(ROOT, file)]))
const bundle = await rolldown({ input, platform: 'node', external: isExternal, logLevel: 'warn', cwd: ROOT })
const dir = path.join(target, program.to)
await bundle.write({ dir, format: 'esm', entryFileNames: '[name].js' })
fs.writeFileSync(path.join(target, 'package.json'), '{"type":"module"}\n')
for (const [from, to] of Object.entries(program.folders)) {
  const filter = from === 'docs/guides' ? undefined : isRead
  fs.cpSync(path.join(ROOT, from), path.join(target, to), { recursive: true, ...(filter && { filter }) })
}
for (const dependency of program.packages) copyPackage(dependency, ROOT, new Set())

/** @param {string} specifier */
function isExternal(specifier) {
  return LOADED_BY_NODE.some((dependency) => isOf(dependency, specifier))
}

/**
 * @param {string} packageName
 * @param {string} specifier
 */
function isOf(packageName, specifier) {
  return specifier === packageName || specifier.startsWith(`${packageName}/`)
}

/**
 * Copies a package and what it depends on to where Node looks for it, without types, maps and pages.
 * @param {string} packageName
 * @param {string} from the folder that asks for it
 * @param {Set<string>} seen
 */
function copyPackage(packageName, from, seen) {
  let folder = from
  while (!fs.existsSync(path.join(folder, 'node_modules', packageName))) {
    if (folder === path.dirname(folder)) throw new Error(`${packageName} is not installed`)
    folder = path.dirname(folder)
  }
  const source = path.join(folder, 'node_modules', packageName)
  if (seen.has(source)) return
  seen.add(source)
  fs.cpSync(source, path.join(target, path.relative(ROOT, source)), { recursive: true, filter: isRead })
  const { dependencies = {} } = JSON.parse(fs.readFileSync(path.join(source, 'package.json'), 'utf8'))
  for (const dependency of Object.keys(dependencies)) copyPackage(dependency, source, seen)
}

/** @param {string} file */
function isRead(file) {
  return !/\.(map|md|ts|mts|cts)$/.test(file) && !file.endsWith('/test') && path.basename(file) !== 'node_modules'
}
