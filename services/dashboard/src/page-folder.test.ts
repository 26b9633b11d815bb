import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { pageFolder, requirePage } from './page-folder.ts'

async function copyOfPage() {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-page-'))
  await fs.cp(pageFolder, folder, { recursive: true })
  return { folder, [Symbol.asyncDispose]: () => fs.rm(folder, { recursive: true }) }
}

describe('the files of the page', () => {
  it('are found and readable', async () => {
    await expect(requirePage()).resolves.toBeUndefined()
  })

  it('are reported when they are missing', async () => {
    await using page = await copyOfPage()
    await fs.rm(path.join(page.folder, 'index.html'))
    await expect(requirePage(page.folder)).rejects.toMatchObject({
      code: 'TL_PAGE_UNREADABLE',
      message: expect.stringContaining('index.html'),
    })
    await expect(requirePage('/nowhere')).rejects.toThrow('/nowhere')
  })

  it('that cannot be read are named with the reason', async () => {
    await using page = await copyOfPage()
    const file = path.join(page.folder, 'favicon.svg')
    await fs.rm(file)
    await fs.symlink('/nowhere/favicon.svg', file)
    await expect(requirePage(page.folder)).rejects.toMatchObject({
      code: 'TL_PAGE_UNREADABLE',
      message: expect.stringMatching(/favicon\.svg can't be read \(ENOENT\); .*chmod -R a\+rX/),
    })
  })
})
