import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { fillCache } from './fetch/cache.ts'
import { describeLacking } from './lacking.ts'
import { runTool } from './run-tool.ts'

describe('describeLacking', () => {
  it.each([
    ['ENOSPC of a write', Object.assign(new Error('write'), { code: 'ENOSPC' }), 'TL_DISK_FULL'],
    ['a full quota', Object.assign(new Error('write'), { code: 'EDQUOT' }), 'TL_DISK_FULL'],
    ['EMFILE of a spawn', Object.assign(new Error('spawn /bin/sh EMFILE'), { code: 'EMFILE' }), 'TL_TOO_MANY_FILES'],
    ['a cause', new Error('go build failed', { cause: new Error('write x: no space left on device') }), 'TL_DISK_FULL'],
    ['anything else', new Error('no such file'), undefined],
  ])('%s: %s', (_, error, code) => expect(describeLacking(error)?.code).toBe(code))
})

describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('a cache folder that is full', () => {
  it.each([
    ['what we write', (file: string) => fs.writeFile(file, Buffer.alloc(100_000))],
    [
      'what a tool writes',
      async (file: string) =>
        void (await runTool(['dd', 'if=/dev/zero', `of=${file}`, 'bs=100000', 'count=1'], { env: process.env })),
    ],
  ])('is named, with the variable to set, and nothing is left: %s', async (_, write) => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-full-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', folder])
    try {
      await expect(
        fillCache(path.join(folder, 'program'), (work) => write(path.join(work, 'a'))),
      ).rejects.toMatchObject({
        code: 'TL_DISK_FULL',
        message: expect.stringMatching(/No space is left in the cache folder .* set XDG_CACHE_HOME or TMPDIR/),
      })
      expect(await fs.readdir(folder)).toEqual([])
    } finally {
      execFileSync('umount', [folder])
      await fs.rmdir(folder)
    }
  })
})
