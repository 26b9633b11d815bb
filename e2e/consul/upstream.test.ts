import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { findEnvoy, findGoTool, goTools, isPortFree, takeFreePort, versions } from '@throughline/lab-programs'
import { expect, it } from 'vitest'

const folder = path.join(import.meta.dirname, '../../docs/upstream/consul-frozen-listener')

/** The first of that many free ports. */
async function takeFreePorts(count: number): Promise<number> {
  const base = await takeFreePort()
  const free = await Promise.all(Array.from({ length: count }, (_, at) => isPortFree(base + at)))
  return base + count < 65_536 && free.every(Boolean) ? base : takeFreePorts(count)
}

it('a deny behind a rejected listener still answers 200, as the report to Consul shows', async () => {
  const { programs } = await findGoTool(goTools.consul)
  const { path: envoy } = await findEnvoy({ version: versions.consul.envoy })
  const settings = { CONSUL: programs['consul'], ENVOY: envoy, BASE: String(await takeFreePorts(10)) }
  const { stdout } = await promisify(execFile)('bash', [path.join(folder, 'reproduce.sh')], {
    env: { ...process.env, ...settings },
  })
  const [, shown] = /```text\n(Consul [^]*?)```/.exec(await fs.readFile(path.join(folder, 'README.md'), 'utf8')) ?? []
  expect(stdout).toBe(shown)
})
