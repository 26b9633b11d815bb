// @ts-check
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import { answersOk, poll, startProcessGroup, takeFreePort } from '@throughline/lab-programs'
import { createMemoryGroup } from '@throughline/lab-testkit'
import { ROOT } from '../root.mjs'

/** Milliseconds a service may take to be ready, and to end. */
const DEADLINE_MS = 60_000

/** @param {string} name */
export function logFileOf(name) {
  return `${ROOT}/.throughline/bench/soak-${name}.log`
}

/**
 * A service in the memory that the charts let it have, at an address that outlives it: new connections go to the newest
 * process, as a Service of Kubernetes does it, and the one before ends by itself once it has answered what it has.
 * @param {'counting' | 'dashboard'} name
 * @param {{ bytes: number, env: Record<string, string>, reaper: import('@throughline/lab-programs').Reaper }} options
 */
export async function startReplaceable(name, { bytes, env, reaper }) {
  let current = await launch()
  /** @type {Set<net.Socket>} */
  const sockets = new Set()
  /**
   * @param {net.Socket} socket
   * @param {net.Socket} other
   */
  function link(socket, other) {
    sockets.add(socket)
    socket.on('error', () => other.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
  }
  const forwarder = net.createServer((near) => {
    const far = net.connect(current.port, '127.0.0.1')
    near.pipe(far).pipe(near)
    link(near, far)
    link(far, near)
  })
  forwarder.listen(0, '127.0.0.1')
  await once(forwarder, 'listening')
  const { port } = /** @type {net.AddressInfo} */ (forwarder.address())

  async function launch() {
    const own = await takeFreePort()
    const group = createMemoryGroup(bytes)
    const command = group.enclose(process.execPath, [`${ROOT}/services/${name}/dist/main.js`])
    const started = await startProcessGroup(
      {
        ...command,
        env: { PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', PORT: String(own), LOG_LEVEL: 'warn', ...env },
      },
      { logFile: logFileOf(name), reaper },
    )
    /** @type {string | undefined} */
    let ended
    void started.ended.then((how) => (ended = how))
    const isReady = async () => (await answersOk(`http://127.0.0.1:${own}/health/ready`)) || undefined
    if ((await poll(isReady, { deadlineMs: DEADLINE_MS })) === undefined) {
      throw new Error(`${name} is not ready after ${DEADLINE_MS / 1000} s`)
    }
    return { started, group, port: own, ended: () => ended }
  }

  return {
    url: `http://127.0.0.1:${port}`,
    /** How it ended; undefined while it runs. */
    ended: () => current.ended(),
    /** Resident memory, and the most that its group has used, in bytes. */
    memory: () => ({ resident: residentBytes(current.started.pid), peak: current.group.peak() }),
    /** @returns how the process before ended */
    async replace() {
      const before = current
      current = await launch()
      return end(before, DEADLINE_MS)
    },
    async close() {
      forwarder.close()
      for (const socket of sockets) socket.destroy()
      await end(current, 0)
    },
  }
}

/**
 * @typedef {Awaited<ReturnType<typeof startProcessGroup>>} ProcessGroup
 * @param {{ started: ProcessGroup, group: import('@throughline/lab-testkit').MemoryGroup }} running
 * @param {number} graceMs
 */
async function end({ started, group }, graceMs) {
  await started.end(graceMs)
  await group[Symbol.asyncDispose]()
  return await started.ended
}

/** @param {number} pid */
function residentBytes(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
  } catch {
    return 0
  }
}
