import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { extractFromPackage } from './npm-package.ts'

const pinned = {
  version: '3.0.1',
  spec: 'is-odd@3.0.1',
  integrity: 'sha512-CQpnWPrDwmP1+SMHXZhtLtJv90yiyVfluGsX5iNCVkrhQtU3TQHsUWPG9wkdk9Lgd5yNpAg9jQEo90CBaXgWMA==',
}

describe('a file out of an npm package', () => {
  it.each([['dry-run'], ['global'], ['json'], ['silent']])('is taken where npm is set to %s', async (setting) => {
    await using work = await temporaryFolder()
    const value =
      setting === 'silent' ? { npm_config_loglevel: 'silent' } : { [`npm_config_${setting.replace('-', '_')}`]: 'true' }
    const target = path.join(work.path, 'manifest')
    await extractFromPackage(pinned, {
      member: 'package.json',
      target,
      work: work.path,
      env: { ...process.env, ...value },
    })
    expect(JSON.parse(await fs.readFile(target, 'utf8'))).toMatchObject({ name: 'is-odd' })
  })

  it('that npm does not have is refused with what npm says', async () => {
    await using work = await temporaryFolder()
    const env = { ...process.env, npm_config_offline: 'true', npm_config_cache: path.join(work.path, 'cache') }
    const options = { member: 'package.json', target: path.join(work.path, 'manifest'), work: work.path, env }
    await expect(extractFromPackage(pinned, options)).rejects.toThrow(/only-if-cached/)
  })
})
