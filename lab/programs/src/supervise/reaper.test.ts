import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { pollUntil } from '../poll-until.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { startReaper } from './reaper.ts'

const script = fileURLToPath(new URL('../../reaper/reaper.sh', import.meta.url))

/** A parent with a child in a group of their own, as every program of a lab may be; writes the child's id to a file. */
async function family(folder: string, options: { stubborn?: boolean } = {}) {
  const file = path.join(folder, `child-${Math.random()}`)
  const body = `${options.stubborn ? "trap '' TERM;" : ''} sleep 600 & echo $! > "${file}"; wait`
  const parent = spawn('sh', ['-c', body], { detached: true, stdio: 'ignore' })
  const child = await pollUntil(async () => Number(await fs.readFile(file, 'utf8')) || undefined, {
    what: 'the child of the family',
  })
  return { parent, pids: [parent.pid ?? 0, child] }
}

/** Whether a process runs; a zombie does not. */
async function runs(pid: number): Promise<boolean> {
  if (process.platform === 'linux') {
    const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
  }
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function expectGone(pids: number[]): Promise<void> {
  const allEnded = async () => !(await Promise.all(pids.map(runs))).some(Boolean)
  await pollUntil(allEnded, { deadline: 8000, what: `the end of processes ${pids.join(', ')}` })
}

describe('reaper', () => {
  it('ends every group that was added, with the children in it, and removes the folder', async () => {
    await using folder = await temporaryFolder()
    const runDir = path.join(folder.path, 'run with a space')
    await fs.mkdir(runDir)
    const reaper = await startReaper({ folder: runDir })
    const { parent, pids } = await family(folder.path)
    reaper.add(parent.pid ?? 0)
    await reaper.close()
    await expectGone(pids)
    await expect(fs.stat(runDir)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('kills what ignores TERM', async () => {
    await using folder = await temporaryFolder()
    const reaper = await startReaper()
    const { parent, pids } = await family(folder.path, { stubborn: true })
    reaper.add(parent.pid ?? 0)
    await reaper.close()
    await expectGone(pids)
  })

  it('leaves a dropped group alone', async () => {
    await using folder = await temporaryFolder()
    const reaper = await startReaper()
    const { parent, pids } = await family(folder.path)
    reaper.add(parent.pid ?? 0)
    reaper.drop(parent.pid ?? 0)
    await reaper.close()
    expect(await Promise.all(pids.map(runs))).toEqual([true, true])
    process.kill(-(parent.pid ?? 0), 'SIGKILL')
  })

  it('is ended by its pipe only, not by signals', async () => {
    await using folder = await temporaryFolder()
    const reaper = await startReaper()
    const { parent, pids } = await family(folder.path)
    reaper.add(parent.pid ?? 0)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(reaper.pid, signal)
    await reaper.close()
    await expectGone(pids)
  })

  it.each([0, 2])('is replaced with the same record when it is killed: %i more kills', async (more) => {
    await using folder = await temporaryFolder()
    const runDir = path.join(folder.path, 'run')
    await fs.mkdir(runDir)
    const reaper = await startReaper({ folder: runDir })
    const [kept, dropped] = [await family(folder.path), await family(folder.path)]
    for (const { parent } of [kept, dropped]) reaper.add(parent.pid ?? 0)
    reaper.drop(dropped.parent.pid ?? 0)
    for (let kills = 0; kills <= more; kills++) {
      const killed = reaper.pid
      process.kill(killed, 'SIGKILL')
      await pollUntil(() => reaper.pid !== killed, { what: 'another reaper' })
    }
    await reaper.close()
    await expectGone(kept.pids)
    expect(await Promise.all(dropped.pids.map(runs))).toEqual([true, true])
    process.kill(-(dropped.parent.pid ?? 0), 'SIGKILL')
    await expect(fs.stat(runDir)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('cleans up when the process that holds the pipe is killed', async () => {
    await using folder = await temporaryFolder()
    const runDir = path.join(folder.path, 'run')
    await fs.mkdir(runDir)
    const { parent, pids } = await family(folder.path)
    // A minimal lab: it holds the pipe, has recorded a group, and has no chance to clean up.
    const holder: ChildProcess = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { spawn } from 'node:child_process'
       const reaper = spawn('sh', [${JSON.stringify(script)}], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
       reaper.stdin.write('folder ${runDir}\\nadd ${parent.pid}\\n', () => console.log(reaper.pid))
       setInterval(() => {}, 1000)`,
    ])
    const [started] = (await once(holder.stdout ?? holder, 'data')) as [Buffer]
    holder.kill('SIGKILL')
    await expectGone([...pids, Number(started.toString()), holder.pid ?? 0])
    await expect(fs.stat(runDir)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
