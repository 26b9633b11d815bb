import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { pollUntil } from '../poll-until.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type Reaper, startReaper } from './reaper.ts'
import { createBackOff } from './back-off.ts'
import { createProgram, type Program, type ProgramOptions } from './program.ts'

/** A program that is ready once its script has printed "ready". */
async function programOf(script: string, options: Partial<ProgramOptions> = {}) {
  const folder = await temporaryFolder()
  const reaper: Reaper = await startReaper()
  const logFile = path.join(folder.path, 'program.log')
  const lines: string[] = []
  const program: Program = createProgram({
    name: 'subject',
    command: '/bin/sh',
    args: ['-c', script],
    env: { PATH: process.env['PATH'] ?? '' },
    logFile,
    reaper,
    backOff: createBackOff({ firstMs: 20, mostMs: 50 }),
    isReady: async () => (await fs.readFile(logFile, 'utf8').catch(() => '')).includes('ready'),
    log: (line) => lines.push(line),
    ...options,
  })
  return {
    program,
    lines,
    logFile,
    async [Symbol.asyncDispose]() {
      await program.stop()
      await reaper.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Whether anything of a process group is left. */
function groupLives(pid: number): boolean {
  try {
    return process.kill(-pid, 0)
  } catch {
    return false
  }
}

describe('program', () => {
  it('is started when it is ready, and stopped with its children', async () => {
    await using subject = await programOf('sleep 600 & echo ready; wait')
    await subject.program.start()
    const pid = subject.program.pid() ?? 0
    expect(groupLives(pid)).toBe(true)
    await subject.program.stop()
    await pollUntil(() => !groupLives(pid), { what: 'the end of the whole group' })
    expect([subject.program.pid(), subject.program.downReason()]).toEqual([undefined, 'stopped'])
  })

  it('is restarted on request, becomes ready, stays supervised, and counts no failure', async () => {
    await using subject = await programOf('echo ready; exec sleep 600')
    await subject.program.start()
    const first = subject.program.pid() ?? 0
    await subject.program.restart()
    const second = subject.program.pid() ?? 0
    expect([groupLives(first), groupLives(second), subject.program.restarts(), subject.lines]).toEqual([
      false,
      true,
      0,
      [],
    ])
    process.kill(second, 'SIGKILL')
    await pollUntil(() => subject.program.restarts() === 1, { what: 'a restart of what ended by itself' })
  })

  it('kills what ignores TERM after its grace', async () => {
    await using subject = await programOf("trap '' TERM; echo ready; while :; do sleep 0.05; done", { graceMs: 100 })
    await subject.program.start()
    const pid = subject.program.pid() ?? 0
    await subject.program.stop()
    await pollUntil(() => !groupLives(pid), { what: 'the end of the whole group' })
    expect(subject.program.pid()).toBeUndefined()
  })

  it('reports how it ended and its last lines when it does not start', async () => {
    await using subject = await programOf('echo one; echo "listen EADDRINUSE" >&2; exit 3')
    await expect(subject.program.start()).rejects.toThrow(
      'subject ended (exit code 3) before it was ready. Its last lines:\none\nlisten EADDRINUSE',
    )
    expect(subject.program.restarts()).toBe(0)
  })

  it('is ended when it does not become ready in time', async () => {
    await using subject = await programOf('echo waiting; sleep 600', { readyTimeoutMs: 200 })
    await expect(subject.program.start()).rejects.toThrow(
      'subject was not ready within 0.2 s. Its last lines:\nwaiting',
    )
    expect(subject.program.pid()).toBeUndefined()
  })

  it('is ended at once when its check says it can never be ready', async () => {
    const isReady = () => Promise.reject(new Error('refused its configuration'))
    await using subject = await programOf('sleep 600', { isReady })
    await expect(subject.program.start()).rejects.toThrow('subject refused its configuration')
    expect(subject.program.pid()).toBeUndefined()
  })

  it('can be stopped while it starts', async () => {
    await using subject = await programOf('sleep 600')
    const started = subject.program.start()
    await pollUntil(subject.program.pid, { what: 'the program' })
    await subject.program.stop()
    await expect(started).rejects.toThrow('subject was stopped before it was ready')
  })

  it('names a program that does not exist', async () => {
    await using subject = await programOf('', { command: '/nowhere/program' })
    await expect(subject.program.start()).rejects.toThrow(/\/nowhere\/program can't be started: .*ENOENT/)
  })

  it('is started again when it is killed, and shows as down until then', async () => {
    await using subject = await programOf('echo ready; sleep 600', { backOff: createBackOff({ firstMs: 200 }) })
    await subject.program.start()
    const first = subject.program.pid() ?? 0
    process.kill(first, 'SIGKILL')
    await pollUntil(() => subject.program.pid() === undefined, { what: 'the end of the program' })
    expect([subject.program.downReason(), subject.program.uptimeMs()]).toEqual(['SIGKILL', undefined])
    await pollUntil(subject.program.pid, { what: 'its restart' })
    expect(subject.program.pid()).not.toBe(first)
    expect(subject.program.restarts()).toBe(1)
    expect(subject.lines).toEqual(['subject ended (SIGKILL); starting it again'])
  })

  it('is restarted however often it ends, after a delay that its status shows', async () => {
    await using folder = await temporaryFolder()
    const crashes = path.join(folder.path, 'crashes')
    await fs.writeFile(crashes, '')
    // Eight crashes, then it stays.
    const script = `echo ready; echo >> ${crashes}; [ $(wc -l < ${crashes}) -gt 8 ] && exec sleep 600; sleep 0.2; exit 70`
    await using subject = await programOf(script)
    await subject.program.start()
    const waits = await pollUntil(() => subject.program.restartsInMs(), { what: 'a wait before its restart' })
    expect(waits).toBeLessThanOrEqual(50)
    await pollUntil(() => subject.program.restarts() === 8 && subject.program.pid(), { what: 'its last start' })
    expect(subject.program.downReason()).toBeUndefined()
    expect(subject.program.restartsInMs()).toBeUndefined()
  })

  it('is started again when a restart fails', async () => {
    await using folder = await temporaryFolder()
    const broken = path.join(folder.path, 'broken')
    // What the first run has printed would do for the second.
    const isReady = async () => (await fs.stat(broken).catch(() => undefined)) === undefined
    await using subject = await programOf(`[ -e ${broken} ] && exit 3; exec sleep 600`, { isReady })
    await subject.program.start()
    await fs.writeFile(broken, '')
    await expect(subject.program.restart()).rejects.toThrow('subject ended (exit code 3) before it was ready')
    await fs.rm(broken)
    await pollUntil(() => subject.program.pid(), { what: 'its next start' })
  })

  it('has a log of bounded size, and keeps writing to it', async () => {
    // Throttled: no reader keeps up with full speed.
    const script = `echo ready; n=0
      while :; do n=$((n+1)); echo "line $n of a long log"; [ $((n % 500)) = 0 ] && sleep 0.02; done`
    await using subject = await programOf(script, { logBounds: { maxBytes: 100_000, intervalMs: 5 } })
    await subject.program.start()
    const { logFile } = subject
    const sizeOf = async (file: string) => (await fs.stat(file).catch(() => ({ size: 0 }))).size
    const lastLine = async () => Number(/line (\d+) of a long log\n$/.exec(await fs.readFile(logFile, 'utf8'))?.[1])
    await pollUntil(async () => (await lastLine()) > 30_000, { what: 'several times as much as the log may hold' })
    expect((await sizeOf(logFile)) + (await sizeOf(`${logFile}.1`))).toBeLessThan(400_000)
  })

  it('runs with the given environment and nothing else', async () => {
    await using subject = await programOf('env; exit 1', { env: { PATH: '/usr/bin:/bin', ONE: '1' } })
    const failure = await subject.program.start().catch((error: Error) => error.message)
    expect(failure).toContain('ONE=1')
    expect(failure).not.toContain('HOME=')
  })
})

describe('back-off', () => {
  it('doubles up to half a minute, and resets after a steady minute', () => {
    const backOff = createBackOff()
    expect(Array.from({ length: 8 }, () => backOff.delayAfter(500))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ])
    expect([backOff.delayAfter(60_000), backOff.delayAfter(59_999)]).toEqual([1000, 2000])
  })
})
