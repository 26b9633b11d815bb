import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findNode } from '@throughline/lab-programs'
import { afterAll, describe, expect, it } from 'vitest'
import { COMMANDS } from './commands.mjs'

const root = path.dirname(import.meta.dirname)
const door = path.join(root, 'scripts/run.mjs')

/** The repository's scripts without anything that must be installed. */
const bare = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-door-'))
fs.cpSync(path.join(root, 'scripts'), path.join(bare, 'scripts'), {
  recursive: true,
  filter: (file) => !file.endsWith('.ts'),
})
fs.copyFileSync(path.join(root, 'package.json'), path.join(bare, 'package.json'))
afterAll(() => fs.rmSync(bare, { recursive: true }))

function call(
  args: string[],
  {
    node = process.execPath,
    script = path.join(bare, 'scripts/run.mjs'),
    env = {},
  }: { node?: string; script?: string; env?: Record<string, string> } = {},
) {
  const { status, stdout, stderr } = spawnSync(node, [script, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, ...env },
  })
  return { status, stdout, stderr }
}

/** npm holds old Nodes as programs for this system only. */
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('an old Node', () => {
  it.each(['14.21.3', '16.20.2', '18.20.8'])(
    '%s gets one line that says which is needed',
    async (version) => {
      const { status, stderr } = call(['demo'], { node: await findNode(version), script: door })
      expect(stderr.trim()).toMatch(
        new RegExp(`^Throughline needs Node [\\d.]+ or newer; this is ${version} \\(.*\\)\\.$`),
      )
      expect(status).toBe(1)
    },
    120_000,
  )
})

describe('every command', () => {
  const own = Object.entries(COMMANDS).filter(([, { passesOn }]) => passesOn !== true)

  it.each(own.map(([name]) => name))('%s --help says how to use it, and installs nothing', (name) => {
    for (const flag of ['--help', '-h']) {
      const { status, stdout, stderr } = call([name, flag])
      expect([status, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(/^usage: npm (?:run )?[a-z:]+/)
    }
  })

  it.each(Object.keys(COMMANDS))('%s --version prints the version of the project', (name) => {
    const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }
    expect(call([name, '--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each(own.map(([name]) => name))('%s refuses a flag that does not exist', (name) => {
    const { status, stderr } = call([name, '--no-such-flag'])
    expect(status).toBe(2)
    expect(stderr).toMatch(/'--no-such-flag'.*\nusage: npm/)
  })

  it.each(own.filter(([, { positionals }]) => positionals !== true).map(([name]) => name))(
    '%s refuses a word it does not take',
    (name) => expect(call([name, 'word'])).toMatchObject({ status: 2, stderr: expect.stringContaining("'word'") }),
  )

  it('has an npm script, and each npm script that opens the door names a command', () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    const opened = Object.values(scripts).flatMap((line) => /^exec node scripts\/run\.mjs (\S+)/.exec(line)?.[1] ?? [])
    expect([...new Set(opened)].toSorted()).toEqual(Object.keys(COMMANDS).toSorted())
  })

  it('that does not exist is refused with the list of those that do', () => {
    const { status, stderr } = call(['no-such-command'])
    expect(status).toBe(2)
    for (const name of Object.keys(COMMANDS)) expect(stderr).toContain(`\n  ${name} `)
  })
})

describe('a machine that lacks what every command needs', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-lacking-'))
  const file = path.join(folder, 'a-file')
  fs.writeFileSync(file, '')
  afterAll(() => fs.rmSync(folder, { recursive: true }))

  it.each(Object.keys(COMMANDS))('%s starts nothing without a folder for temporary files', (name) => {
    const env = { TMPDIR: path.join(folder, 'missing') }
    expect(call([name], { env })).toEqual({
      status: 1,
      stdout: '',
      stderr:
        `The folder for temporary files, ${env.TMPDIR} (TMPDIR), does not exist (ENOENT). ` +
        'Set TMPDIR to a folder that can be written and has room. Nothing was started.\n',
    })
  })

  it.each([
    ['TMPDIR that is a file', { TMPDIR: file }, /a-file \(TMPDIR\), is not a folder\./],
    ['TMPDIR that is relative', { TMPDIR: 'e2e' }, /, e2e \(TMPDIR\), is not an absolute path\. Set TMPDIR/],
    ['TMP that is a file', { TMPDIR: '', TMP: file }, /a-file \(TMP\), is not a folder\./],
    ['HOME that is relative', { HOME: 'somewhere' }, /^HOME is "somewhere", which is not an absolute path/],
    ['HOME that is empty', { HOME: '' }, /^HOME is ""/],
  ])('a %s is named', (_, env, message) => {
    const { status, stderr } = call(['demo'], { env })
    expect([status, stderr.trim().split('\n')]).toEqual([1, [expect.stringMatching(message)]])
  })

  it.runIf(process.platform === 'linux')('a TMPDIR that takes no files is named', () => {
    expect(call(['check'], { env: { TMPDIR: '/proc' } })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^The folder for temporary files, \/proc \(TMPDIR\), cannot be written \(ENOENT\)\./,
      ),
    })
  })

  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'a full TMPDIR is named, and nothing is left',
    () => {
      const full = path.join(folder, 'full')
      fs.mkdirSync(full)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', full])
      try {
        const { status, stderr } = call(['test'], { env: { TMPDIR: full } })
        expect(stderr).toMatch(/full \(TMPDIR\), is full \(ENOSPC\)\. Set TMPDIR .* Nothing was started\.\n$/)
        expect([status, fs.readdirSync(full)]).toEqual([1, []])
      } finally {
        execFileSync('umount', [full])
      }
    },
  )

  it.each(['', 'node_modules', '.turbo'])('a checkout whose folder "%s" belongs to another user is named', (name) => {
    const clone = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-clone-'))
    const closed = path.join(clone, name)
    fs.cpSync(bare, clone, { recursive: true })
    fs.mkdirSync(closed, { recursive: true })
    fs.chmodSync(clone, 0o777)
    fs.chmodSync(closed, 0o555)
    try {
      // Root may write anywhere.
      const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
      for (const command of ['demo', 'test']) {
        const args = [path.join(clone, 'scripts/run.mjs'), command]
        const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000, ...user })
        expect([status, stderr]).toEqual([
          1,
          `This checkout takes no files: ${closed} cannot be written: you have no permission (EACCES). ` +
            'Use a clone of your own, or make it yours (chown). Nothing was started.\n',
        ])
      }
    } finally {
      fs.chmodSync(closed, 0o755)
      fs.rmSync(clone, { recursive: true })
    }
  })

  it('a limit of 64 open files is named', () => {
    const line = `ulimit -n 64; exec "${process.execPath}" "${path.join(bare, 'scripts/run.mjs')}" bench`
    const { status, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8', timeout: 60_000 })
    expect(stderr).toMatch(
      /^This process may not open as many files as it needs \(EMFILE after \d+\)\. Raise .*ulimit -n/,
    )
    expect(status).toBe(1)
  })

  it('keeps a --help that needs none of it', () => {
    expect(call(['test', '--help'], { env: { TMPDIR: file } }).status).toBe(0)
  })
})
