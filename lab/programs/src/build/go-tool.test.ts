import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, type TestContext } from 'vitest'
import { findOnPath } from '../find/executable.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { buildGoTool } from './build-go-tool.ts'
import { findGoTool } from '../find/find-go-tool.ts'
import { goToolFolder } from './go-tool-folder.ts'
import { type GoTool, goTools } from './go-tools.ts'
import { runTool } from '../run-tool.ts'

/** A small Go program, a cache and a PATH: nothing of the machine but its Go. */
async function workshop(folder: string): Promise<{ tool: GoTool; env: NodeJS.ProcessEnv }> {
  const source = path.join(folder, 'source')
  await fs.mkdir(path.join(source, 'notes'), { recursive: true })
  await fs.writeFile(path.join(source, 'go.mod'), 'module example.test/hello\n\ngo 1.21\n')
  await fs.writeFile(path.join(source, 'go.sum'), '')
  await fs.writeFile(
    path.join(source, 'main.go'),
    'package main\n\nvar Version = "?"\n\nfunc main() { println("hello " + Version) }\n',
  )
  await fs.writeFile(path.join(source, 'notes', 'read-only.txt'), 'kept', { mode: 0o444 })
  const tool: GoTool = {
    name: 'hello',
    version: '1.0.0',
    from: { folder: source },
    go: '1.21.0',
    ldflags: '-X main.Version=1.0.0',
    programs: [{ name: 'hello', variable: 'HELLO_BIN', package: 'example.test/hello' }],
    files: { module: 'example.test/hello', paths: ['notes'] },
    minutes: 1,
  }
  return { tool, env: { ...process.env, XDG_CACHE_HOME: path.join(folder, 'cache') } }
}

/** `npm test` needs no Go; CI has one and skips nothing. */
async function requireGo({ skip }: TestContext): Promise<void> {
  if ((await findOnPath('go', process.env)) === undefined && !process.env['CI']) skip('no Go on PATH')
}

describe('a program that is built from its Go module', () => {
  it('is built once with its version and files, and then found in the cache', async (context) => {
    await requireGo(context)
    await using folder = await temporaryFolder()
    const { tool, env } = await workshop(folder.path)
    const lines: string[] = []
    const built = await buildGoTool(tool, { env, log: (line) => lines.push(line) })
    const found = await findGoTool(tool, { env })
    expect(found.programs).toEqual({ hello: path.join(built, 'hello') })
    expect(await fs.readFile(path.join(found.manifests ?? '', 'notes', 'read-only.txt'), 'utf8')).toBe('kept')
    // What println writes goes to standard error, which runTool reports as the reason of a failure only.
    await runTool([found.programs['hello'] ?? ''], { env })
    expect(lines.join('\n')).toMatch(/Downloading the sources[^]*Building hello \(1 of 1[^]*is now in/)

    const again: string[] = []
    await buildGoTool(tool, { env: { ...env, PATH: '' }, log: (line) => again.push(line) })
    expect(again).toEqual([`hello 1.0.0 is in ${built}`])
  }, 120_000)

  it('fails with the compiler’s own words, and leaves nothing in the cache', async (context) => {
    await requireGo(context)
    await using folder = await temporaryFolder()
    const { tool, env } = await workshop(folder.path)
    await fs.appendFile(path.join(folder.path, 'source', 'main.go'), 'this is not Go\n')
    await expect(buildGoTool(tool, { env })).rejects.toMatchObject({
      code: 'TL_BUILD_FAILED',
      message: expect.stringContaining('main.go'),
    })
    expect(await fs.readdir(path.dirname(await goToolFolder(tool, env)))).toEqual([])
  }, 60_000)

  it('names the version of Go it needs when there is none or an older one', async (context) => {
    await requireGo(context)
    await using folder = await temporaryFolder()
    const { tool, env } = await workshop(folder.path)
    const without = buildGoTool(tool, { env: { ...env, PATH: '' } })
    await expect(without).rejects.toMatchObject({
      code: 'TL_BINARY_MISSING',
      message: expect.stringContaining('1.21.0'),
    })
    const tooOld = buildGoTool({ ...tool, go: '9.0.0' }, { env })
    await expect(tooOld).rejects.toMatchObject({
      code: 'TL_BINARY_MISSING',
      message: expect.stringMatching(/Go 1\..*9\.0\.0/),
    })
  })

  it('has another folder for another checksum or flag', async () => {
    await using folder = await temporaryFolder()
    const { tool, env } = await workshop(folder.path)
    const first = await goToolFolder(tool, env)
    expect(await goToolFolder({ ...tool, ldflags: '' }, env)).not.toBe(first)
    await fs.writeFile(path.join(folder.path, 'source', 'go.sum'), '\n')
    expect(await goToolFolder(tool, env)).not.toBe(first)
  })
})

describe('finding a program of a tool', () => {
  it('uses the one its variable names, then the one on PATH', async () => {
    await using folder = await temporaryFolder()
    const { tool, env } = await workshop(folder.path)
    const named = path.join(folder.path, 'named')
    const onPath = path.join(folder.path, 'hello')
    for (const file of [named, onPath]) await fs.writeFile(file, '', { mode: 0o755 })
    const both = { ...env, PATH: folder.path, HELLO_BIN: named }
    expect((await findGoTool(tool, { env: both })).programs).toEqual({ hello: named })
    expect((await findGoTool(tool, { env: { ...both, HELLO_BIN: '' } })).programs).toEqual({ hello: onPath })
    const wrong = findGoTool(tool, { env: { ...both, HELLO_BIN: '/nowhere' } })
    await expect(wrong).rejects.toMatchObject({
      code: 'TL_BINARY_INVALID',
      message: expect.stringContaining('HELLO_BIN'),
    })
  })

  it.each<GoTool>(Object.values(goTools))('names every way to get $name when there is none', async (tool) => {
    await using folder = await temporaryFolder()
    const missing = findGoTool(tool, { env: { PATH: '', XDG_CACHE_HOME: folder.path } })
    await expect(missing).rejects.toMatchObject({
      code: 'TL_BINARY_MISSING',
      message: expect.stringMatching(
        new RegExp(`npm run setup:${tool.setup ?? tool.name}[^]*PATH[^]*${tool.programs[0]?.variable}`),
      ),
    })
  })
})
