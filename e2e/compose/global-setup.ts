import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Engine, openEngine } from '../engine/engine.ts'
import { readImages } from './compose-file.ts'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '../..')

let engine: Engine

/** Everything the tests share: an engine, base images, and our own images. */
export async function setup(): Promise<void> {
  engine = await openEngine()
  try {
    const { grafana: _notRun, ...images } = await readImages()
    await engine.provide(Object.values(images))
    // The workers start later and inherit it.
    Object.assign(process.env, engine.env)
    const profiles = ['--profile', 'traffic', '--profile', 'bypass', '--profile', 'zipkin']
    const builds = [
      [...profiles, 'build'],
      ['--env-file', 'compose/consul.env', 'build'],
      ['build', 'prometheus'],
    ]
    for (const build of builds) {
      const command = ['compose', ...build, '--quiet']
      await run('docker', command, { cwd: root, env: engine.env, maxBuffer: 64 * 1024 * 1024 })
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}

export async function teardown(): Promise<void> {
  await engine.close()
}
