import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const FILES = {
  'package.json': '{}',
  'root.mjs': "import './scripts/a.mjs'",
  'scripts/a.mjs': "import '../root.mjs'\nimport path from 'node:path'",
  'lab/pods/package.json': '{}',
  'lab/pods/src/pod.ts': "import './deep/b.ts'\nimport('@throughline/lab-programs')\nexport * from 'throughline'",
  'lab/pods/src/deep/b.ts': "import '../pod.ts'\nimport '../../package.json'\nimport '@throughline/propagation/otel'",
}

const TRESPASSES = {
  'scripts/dev.mjs': "import '../lab/pods/dist/index.js'",
  'lab/pods/src/root.ts': "import '../../../root.mjs'",
  'lab/pods/src/sibling.ts': "export { a } from '../../meshes/src/a.ts'",
  'lab/pods/src/star.ts': "export * from '../../meshes/src/a.ts'",
  'lab/pods/src/lazy.ts': "await import('../../meshes/src/a.ts')",
  'lab/pods/src/types.ts': "export type A = import('../../meshes/src/a.ts').A",
  'lab/pods/src/old.cjs': "require('../../meshes/dist/a.js')",
  'lab/pods/src/mock.test.ts': "vi.mock('../../meshes/src/a.ts')",
  'lab/pods/src/deep.ts': "import type { A } from '@throughline/lab-meshes/src/a.ts'",
  'lab/pods/src/built.ts': "import 'throughline/dist/cli/main.js'",
  'lab/meshes/package.json': '{}',
  'lab/meshes/src/a.ts': 'export const a = 1',
}

it('reports every import that leaves its workspace or reaches into another, and no other', async () => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'workspaces-'))
  for (const [name, text] of Object.entries({ ...FILES, ...TRESPASSES })) {
    await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await fs.writeFile(path.join(folder, name), text)
  }
  const plugin = fileURLToPath(new URL('house.mjs', import.meta.url))
  const config = path.join(folder, 'oxlint.json')
  const rules = { 'house/workspace-import': 'error' }
  await fs.writeFile(config, JSON.stringify({ jsPlugins: [plugin], categories: { correctness: 'off' }, rules }))
  const oxlint = fileURLToPath(new URL('../../node_modules/.bin/oxlint', import.meta.url))
  const { stdout } = await promisify(execFile)(oxlint, ['-c', config, '--format', 'json', '.'], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  )
  await fs.rm(folder, { recursive: true })
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }
  const reported = diagnostics.map(({ filename }) => path.relative(folder, path.resolve(folder, filename)))
  const trespassers = Object.keys(TRESPASSES).filter((name) => !name.startsWith('lab/meshes/'))
  expect(reported.toSorted()).toEqual(trespassers.toSorted())
})
