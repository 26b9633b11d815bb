import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import { pollUntil } from '@throughline/lab-testkit'
import type { ClusterNode } from './start-node.ts'
import { throughlineVerify } from './verify-context.ts'

/** Ends `verify --context` by a signal while it has ports forwarded; gives what is left of them a while later. */
export async function portForwardsAfter(node: ClusterNode, signal: NodeJS.Signals): Promise<string[]> {
  const target = ['--context', node.name, '-n', 'throughline', 'deploy/dashboard:/api/count']
  const [program = '', ...verify] = throughlineVerify
  const child = spawn(program, [...verify, ...target], { env: node.env, stdio: 'ignore' })
  const ended = once(child, 'exit')
  let forwards: string[] = []
  await pollUntil(
    async () => {
      forwards = await portForwardsOf(child.pid ?? 0)
      return forwards.length === 2
    },
    { what: 'port-forwards to the target and to the backend', deadline: 60_000, interval: 200 },
  )
  child.kill(signal)
  await ended
  const left = async (): Promise<string[]> => {
    const running = await Promise.all(
      forwards.map(async (pid) => ((await commandOf(pid)).includes('port-forward') ? [pid] : [])),
    )
    return running.flat()
  }
  await pollUntil(async () => (await left()).length === 0, {
    what: 'their end',
    deadline: 10_000,
    interval: 100,
  }).catch(() => undefined)
  return await left()
}

/** Processes that this one started to forward ports. */
async function portForwardsOf(parent: number): Promise<string[]> {
  const pids = (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const status = await fs.readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
      const isChild = new RegExp(`^PPid:\\t${parent}$`, 'm').test(status)
      return isChild && (await commandOf(pid)).includes('port-forward') ? [pid] : []
    }),
  )
  return found.flat()
}

const commandOf = async (pid: string): Promise<string> =>
  await fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
