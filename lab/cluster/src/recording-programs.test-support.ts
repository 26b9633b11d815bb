import fs from 'node:fs/promises'
import path from 'node:path'
import { LabError, messageOf, temporaryFolder } from '@throughline/lab-programs'
import type { Programs } from './cluster-client.ts'
import { formatCommand, type ProgramName, withContext } from './command.ts'
import { answer, emptyState, type FakeState } from './fake-cluster.test-support.mjs'

export interface RecordingPrograms extends AsyncDisposable {
  /** With nothing on PATH but the fakes. */
  env: NodeJS.ProcessEnv
  state: () => Promise<FakeState>
  change: (state: Partial<FakeState>) => Promise<void>
  /** Every command so far, as it was typed. */
  commands: () => Promise<string[]>
}

/** Questions, and the record, which is no step. */
const NOT_STEPS =
  /^(docker info|docker version|kubectl config|helm version)|^\S+ (--(kube-)?context \S+ )?(get|list|version|api-resources|apply|create --validate)\b/

/** Those that are steps. */
export const stepsAmong = (commands: readonly string[]): string[] => commands.filter((line) => !NOT_STEPS.test(line))

/** Fakes of the programs on PATH, which record how they are called. `e2e/cluster` runs the same commands with real ones. */
export async function recordingPrograms(
  names: readonly ProgramName[],
  initial: Partial<FakeState> = {},
): Promise<RecordingPrograms> {
  const folder = await temporaryFolder()
  const log = path.join(folder.path, 'log')
  const file = path.join(folder.path, 'state.json')
  await fs.writeFile(file, JSON.stringify({ ...emptyState(), ...initial }))
  await fs.writeFile(log, '')
  const script = path.join(import.meta.dirname, 'fake-cluster.test-support.mjs')
  for (const name of names) {
    const line = `exec "${process.execPath}" "${script}" "${folder.path}" ${name} "$@"`
    await fs.writeFile(path.join(folder.path, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  }
  return {
    env: { PATH: folder.path, HOME: folder.path },
    state: async () => JSON.parse(await fs.readFile(file, 'utf8')) as FakeState,
    change: async (part) => {
      const state = JSON.parse(await fs.readFile(file, 'utf8')) as FakeState
      await fs.writeFile(file, JSON.stringify({ ...state, ...part }))
    },
    commands: async () => {
      const lines = (await fs.readFile(log, 'utf8')).split('\n').filter(Boolean)
      return lines.map((line) => {
        const [program, ...args] = JSON.parse(line) as [ProgramName, ...string[]]
        return formatCommand({ program, args })
      })
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** The same fakes in this process, where a test runs hundreds of commands. */
export function fakePrograms(initial: Partial<FakeState> = {}) {
  const state = { ...emptyState(), ...initial }
  const commands: string[] = []
  const programs: Programs = {
    require: async () => {},
    async run(command, context, input) {
      commands.push(formatCommand(command, context))
      try {
        return answer(state, command.program, { words: withContext(command, context), input })
      } catch (error) {
        throw new LabError('TL_PROGRAM_FAILED', `${formatCommand(command, context)}\nfailed:\n${messageOf(error)}`)
      }
    },
  }
  return { state, commands, programs }
}
