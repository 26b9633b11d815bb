import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { BODIES, readBody } from './bodies.ts'
import { type Callee, startCallee } from './callee.ts'
import { nodeVersions } from '@throughline/lab-programs'
import { expectOneContext } from './expect-one-context.ts'
import { type Program, startProgram } from './start-program.ts'

const CELLS = ['/listener/', '/middleware/'].flatMap((prefix) =>
  Object.keys(BODIES).map((way) => [prefix, way] as const),
)

describe.each(nodeVersions)('a service without an SDK on Node %s', (node) => {
  let callee: Callee
  let app: Program
  beforeAll(async () => {
    callee = await startCallee()
    app = await startProgram('forward.mjs', {
      folder: inject('projects')['2.x'],
      node: inject('nodes')[node] ?? node,
      execArgv: [],
    })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await callee[Symbol.asyncDispose]()
  })

  it.each(CELLS)('behind our %s is in its caller’s trace in every callback while it reads by %s', async (...cell) => {
    for (const call of await readBody(app.url, callee, cell)) expectOneContext(call, { mode: 'SDK off' })
  })

  it('writes nothing to standard error', async () => {
    expect(await app.stop()).toBe('')
  })
})
