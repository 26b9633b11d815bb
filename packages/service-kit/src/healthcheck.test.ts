import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-probe-'))
afterAll(() => fs.rmSync(folder, { recursive: true }))

/** One file, as in the images. */
beforeAll(async () => {
  const bundle = await rolldown({ input: path.join(import.meta.dirname, 'healthcheck.ts'), platform: 'node' })
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js' })
  fs.writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}')
  fs.symlinkSync(path.join(folder, 'healthcheck.js'), path.join(folder, 'link.js'))
})

describe('the probe of a container', () => {
  it.each(['healthcheck.js', 'healthcheck', 'link.js', './healthcheck.js'])(
    'run as "node %s" fails with a reason when nothing listens',
    (file) => {
      const env = { ...process.env, PORT: '1', HOST: '127.0.0.1', SOCKET_PATH: '' }
      const { status, stderr } = spawnSync(process.execPath, [file], { cwd: folder, env, encoding: 'utf8' })
      expect([status, stderr]).toEqual([1, expect.stringMatching(/^\/health: .*ECONNREFUSED/)])
    },
  )
})
