import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '@throughline/lab-testkit'
import { describe, expect, it, vi } from 'vitest'
import { bench } from './bench.mjs'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '..')
const packages = path.join(root, 'packages')

/** Each benchmark of a package, with so little to do that it only shows that it runs. */
const LEAST: Record<string, string[]> = {
  'telemetry/bench/telemetry.mjs': [
    '--rounds=1',
    '--passes=1',
    '--requests=64',
    '--warm-up=64',
    '--only=ours',
    '--only=stock http + express',
  ],
  'telemetry/bench/exporter.mjs': ['--seconds=0.1', '--only=ours'],
  'telemetry/bench/growth.mjs': ['--rates=200', '--headers=0,1280', '--seconds=0.2', '--warm-up=64'],
  'telemetry/bench/semi-space.mjs': ['--rounds=1', '--passes=1', '--requests=64', '--warm-up=64'],
  'telemetry/bench/outage.mjs': ['--seconds=3', '--from=1', '--to=2', '--rate=100', '--only=ours, away'],
}

/** Those that are no program by themselves, with as little to do; each prints what it measured. */
const LEAST_OF_OTHERS: Record<string, string> = {
  start: `import { benchStart } from './scripts/bench/start.mjs'
process.exitCode = await benchStart(process.argv[1], { rounds: 1 })`,
  'growth, its replicas': `import { measureReplicas } from './scripts/bench/replicas.mjs'
console.table(await measureReplicas({ counts: [1, 2], rate: 100, seconds: 0.5 }))`,
  propagation: `import { runPackageBench } from './scripts/bench/package-bench.mjs'
process.exitCode = await runPackageBench('propagation', [process.argv[1], '--rounds=1', '--times=100'])`,
}
/** What the table of each must hold beside a number. */
const MEASURED: Record<string, RegExp> = {
  start: /addedMs *│ *-?\d/,
  'growth, its replicas': /│ 2 /,
  propagation: /times faster[^]*written to/,
}

describe('a benchmark', () => {
  it.concurrent.each(Object.entries(LEAST))(
    'starts and measures something: %s',
    { timeout: 120_000 },
    async (file, args) => {
      const { stdout } = await run(process.execPath, [path.join(packages, file), ...args])
      expect(stdout).toMatch(/ours/)
    },
  )

  it.concurrent.each(Object.entries(LEAST_OF_OTHERS))(
    'starts and measures something: %s',
    { timeout: 120_000 },
    async (name, program) => {
      await using folder = await temporaryFolder()
      const args = ['--input-type=module', '-e', program, path.join(folder.path, 'figures.json')]
      const { stdout } = await run(process.execPath, args, { cwd: root })
      expect(stdout).toMatch(MEASURED[name] ?? /never/)
    },
  )

  it('has a test that it starts, but for what takes minutes or an engine', async () => {
    const names = /<(.*)>/.exec(await refusal(['none']))?.[1]?.split(' | ') ?? []
    const started = [...Object.keys(LEAST), ...Object.keys(LEAST_OF_OTHERS)].map((file) => path.basename(file, '.mjs'))
    expect(names.filter((name) => !started.includes(name))).toEqual(['image', 'demo', 'soak'])
  })

  it.each([
    [['telemetry', '--rounds', '1', '--write-docs'], '--rounds'],
    [['telemetry', '--nodes', '24', '--only', 'ours', '--peers', '--write-docs'], '--only, --peers'],
    [['propagation', '--write-docs', '--times', '10'], '--times'],
    [['outage', '--write-docs', '--only=ours'], '--only'],
  ])('keeps no figures of a part: %s', async (args, named) => {
    expect(await refusal(args)).toContain(
      `--write-docs keeps a whole benchmark, so it can't be combined with ${named}\n`,
    )
  })

  it.each([[['soak', '--write-docs']], [['--quick', '--write-docs']], [['image', '--write-docs']]])(
    'keeps no figures that no page shows: %s',
    async (args) => {
      expect(await refusal(args)).toContain('--write-docs: its figures are on no page')
    },
  )

  it('names the Nodes that it can run with', async () => {
    expect(await refusal(['telemetry', '--nodes', '20,18'])).toContain('18 is none of 20,22,24,26')
  })
})

/** What is said when a command is refused. */
async function refusal(args: string[]): Promise<string> {
  const lines: string[] = []
  const write = vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(`${line}\n`))
  try {
    expect(await bench(args)).toBe(2)
  } finally {
    write.mockRestore()
  }
  return lines.join('')
}
