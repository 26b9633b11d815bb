import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const RULES = {
  'builtin-import': {
    valid: [
      "import fs from 'node:fs/promises'",
      "import { once } from 'node:events'",
      "import type { Server } from 'node:http'",
      "import http, { type Server } from 'node:http'",
      "import { readFile } from './fs.ts'",
    ],
    invalid: [
      "import { readFile } from 'node:fs/promises'",
      "import * as path from 'node:path'",
      "import http, { get } from 'node:http'",
      "import crypto from 'node:crypto'",
      "import * as util from 'node:util'",
    ],
  },

  'module-constant': {
    valid: [
      'const RETRY_MS = 500',
      "export const HOST = 'a', HOST_2 = `${HOST}b`",
      'let count = 0',
      'const { a } = { a: 1 }',
      'const list = [1]',
      'const made = make(1)',
      'function f() { const local = 1 }',
    ],
    invalid: [
      'const retryMs = 500',
      "export const host = 'a'",
      'const pattern = /a/u',
      'const least = -1',
      "const name = 'a' as const",
      'const SECOND_MS = 1000\nconst minute = 60 * SECOND_MS',
      "const HOST = 'a'\nconst url = `http://${HOST}`",
    ],
  },

  'module-function': {
    valid: [
      'function f() { return 1 }',
      'const f = (a: number) => a + 1',
      'export const f: Handler = (request) => { request.end() }',
      'function f() { const g = () => { h() } }',
      'const made = make(() => { h() })',
    ],
    invalid: [
      'const f = () => { g() }',
      'export const f = async (a: number): Promise<void> => { await g(a) }',
      'const f = function () { g() }',
    ],
  },
}

it.each(Object.entries(RULES))('%s reports each program against it and no other', async (rule, { valid, invalid }) => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'house-'))
  const programs = [...valid, ...invalid]
  await Promise.all(programs.map((program, index) => fs.writeFile(path.join(folder, `${index}.ts`), program)))
  const plugin = fileURLToPath(new URL('house.mjs', import.meta.url))
  const config = path.join(folder, 'oxlint.json')
  await fs.writeFile(
    config,
    JSON.stringify({ jsPlugins: [plugin], categories: { correctness: 'off' }, rules: { [`house/${rule}`]: 'error' } }),
  )
  const oxlint = fileURLToPath(new URL('../../node_modules/.bin/oxlint', import.meta.url))
  const { stdout } = await promisify(execFile)(oxlint, ['-c', config, '--format', 'json', folder]).catch(
    (error: { stdout: string }) => error,
  )
  await fs.rm(folder, { recursive: true })
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }
  expect(diagnostics.map(({ code }) => code)).toEqual(invalid.map(() => `house(${rule})`))
  const reported = new Set(diagnostics.map(({ filename }) => programs[Number.parseInt(path.basename(filename), 10)]))
  expect([...reported].toSorted()).toEqual(invalid.toSorted())
})
