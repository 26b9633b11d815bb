import { expect, it } from 'vitest'
import type { ProgramName } from './command.ts'
import { requirePrograms } from './programs.ts'
import { recordingPrograms } from './recording-programs.test-support.ts'

const names: readonly ProgramName[] = ['docker', 'kind', 'kubectl', 'helm']

const subsets = [[], ['kind'], ['helm', 'docker'], names] as const

it.each(subsets.map((missing) => ({ missing })))(
  'one message has a line for each of $missing',
  async ({ missing }: { missing: readonly ProgramName[] }) => {
    await using recording = await recordingPrograms(names.filter((name) => !missing.includes(name)))
    const message = await requirePrograms([...names, ...names], recording.env).then(
      () => '',
      (error: Error) => error.message,
    )
    const lines = message.split('\n').filter((line) => line.startsWith('  - '))
    expect(lines.map((line) => line.split(' ')[3]).toSorted()).toEqual(missing.toSorted())
    for (const line of lines) expect(line).toMatch(/is not on PATH: https:\/\//)
  },
)

it.each([
  ['v3.13.9', false],
  ['v3.9.0', false],
  ['v3.14.0', true],
  ['v4.0.0', true],
  ['nonsense', false],
])('helm %s is accepted: %s', async (helm, accepted) => {
  await using recording = await recordingPrograms(['helm'], { helm })
  const message = await requirePrograms(['helm'], recording.env).then(
    () => 'accepted',
    (error: Error) => error.message,
  )
  expect(message).toMatch(accepted ? /^accepted$/ : /helm is \d|helm does not run/)
})

it('an engine that does not answer differs from a missing one', async () => {
  await using recording = await recordingPrograms(['docker'], { engine: false })
  await expect(requirePrograms(['docker'], recording.env)).rejects.toThrow(/no engine answers it: start Docker/)
})
