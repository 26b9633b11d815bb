import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { programVersion } from './program-version.ts'

describe('programVersion', () => {
  let folder: string

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'version-'))
    fs.mkdirSync(path.join(folder, 'src'))
    fs.writeFileSync(path.join(folder, 'src/main.js'), '')
  })
  afterEach(() => fs.rmSync(folder, { recursive: true }))

  const withManifest = (manifest: string): string | undefined => {
    fs.writeFileSync(path.join(folder, 'package.json'), manifest)
    return programVersion(path.join(folder, 'src/main.js'))
  }

  it('is read from the nearest package.json above the main module', () => {
    expect(withManifest('{"version":"1.2.3-rc.1"}')).toBe('1.2.3-rc.1')
  })

  it('follows a link, as for an installed command', () => {
    withManifest('{"version":"1.2.3"}')
    const linked = fs.mkdtempSync(path.join(os.tmpdir(), 'version-'))
    fs.symlinkSync(path.join(folder, 'src/main.js'), path.join(linked, 'shop'))
    expect(programVersion(path.join(linked, 'shop'))).toBe('1.2.3')
    fs.rmSync(linked, { recursive: true })
  })

  it.each(['{}', '{"version":1}', '{"version":""}', '[', 'null', `{"version":"${'1'.repeat(200)}"}`])(
    'is unknown if the manifest is %s',
    (manifest) => {
      expect(withManifest(manifest)).toBeUndefined()
    },
  )

  it('is unknown without a main module', () => {
    expect(programVersion(path.join(folder, 'gone.js'))).toBeUndefined()
  })
})
