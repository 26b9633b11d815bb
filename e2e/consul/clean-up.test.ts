import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pollUntil } from '@throughline/lab-testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { requireNamespaces } from '@throughline/lab-pods'
import { runCli } from '../support/run-cli.ts'

const flags = '--mesh consul --topology namespaces --bypass transparent-proxy --free-ports'.split(' ')

describe('a Consul demo in network namespaces', () => {
  beforeEach(requireNamespaces)

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'leaves no process, interface, namespace or file after %s',
    async (signal) => {
      await using demo = runCli(['demo', ...flags])
      const [, network = ''] = await demo.printed(/Page\s+http:\/\/(10\.213\.\d+)\./)
      const [, runDir = ''] = await demo.printed(/Logs\s+(\S+)/)
      const link = `tl${network.split('.')[2]}`
      const before = left({ link, runDir })
      // Both pods and the node between them; the bootstraps, readable by their owner alone.
      expect([before.interfaces, before.namespaces.length, before.files]).toEqual([
        1,
        3,
        [runDir, ...before.files.slice(1)],
      ])
      // Consul, two sidecars and two services.
      expect(before.pids.length).toBeGreaterThanOrEqual(5)
      expect(fs.statSync(`${runDir}/counting-sidecar.json`).mode & 0o777).toBe(0o600)

      demo.kill(signal)
      await demo.ended
      const nothing = { interfaces: 0, namespaces: [], files: [], pids: [] }
      await pollUntil(() => (JSON.stringify(left({ link, runDir })) === JSON.stringify(nothing) ? true : undefined), {
        deadline: 20_000,
        what: 'everything to be gone',
      })
    },
  )
})

describe('the clean-up of a failed start', () => {
  beforeEach(requireNamespaces)

  it('removes the pods and reports one message when Consul ends at once', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'no-consul-'))
    const [consul, seen] = [path.join(folder, 'consul'), path.join(folder, 'agent.json')]
    // It saves its configuration, which names its network and folder, and exits.
    fs.writeFileSync(consul, `#!/bin/sh\ncp "\${2#-config-file=}" ${seen}\necho no licence >&2\nexit 3\n`, {
      mode: 0o755,
    })
    await using demo = runCli(['demo', ...flags], { CONSUL_BIN: consul })
    expect(await demo.ended).toBe(1)
    expect(demo.output()).toMatch(/TL_PROGRAM_FAILED: consul ended \(exit code 3\)[^]*no licence/)
    const agent = JSON.parse(fs.readFileSync(seen, 'utf8')) as { bind_addr: string; data_dir: string }
    const lab = { link: `tl${agent.bind_addr.split('.')[2]}`, runDir: path.resolve(agent.data_dir, '../..') }
    expect(left(lab)).toEqual({ interfaces: 0, namespaces: [], files: [], pids: [] })
    fs.rmSync(folder, { recursive: true })
  })
})

/** What one lab has on this machine. */
function left({ link, runDir }: { link: string; runDir: string }) {
  const lines = (...args: string[]): string[] => execFileSync('ip', args, { encoding: 'utf8' }).split('\n')
  const pods = fs.existsSync('/etc/netns') ? fs.readdirSync('/etc/netns') : []
  return {
    interfaces: lines('-brief', 'link').filter((line) => line.startsWith(`${link}@`)).length,
    namespaces: lines('netns', 'list').filter((line) => line.startsWith(`${link}-`)),
    files: [runDir, ...pods.filter((pod) => pod.startsWith(`${link}-`))].filter(
      (file) => file !== runDir || fs.existsSync(runDir),
    ),
    pids: fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isOf(pid, runDir)),
  }
}

/** Whether a process runs in the lab's folder or names it in its arguments. */
function isOf(pid: string, runDir: string): boolean {
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`) === runDir || fs.readFileSync(`/proc/${pid}/cmdline`).includes(runDir)
  } catch {
    return false
  }
}
