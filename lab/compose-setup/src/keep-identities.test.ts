import fs from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { createCertificateAuthority, writeCertificates } from '@throughline/lab-meshes'
import { temporaryFolder } from '@throughline/lab-testkit'
import { readControlToken, writeControlFile } from './control-file.ts'
import { keepIdentities } from './keep-identities.ts'

it('gives each service a folder with its own key and no other, from one authority', async () => {
  await using folder = await temporaryFolder()
  const folders = { counting: path.join(folder.path, 'a'), dashboard: path.join(folder.path, 'b') }
  expect(await keepIdentities(folders)).toBe(true)
  expect((await fs.readdir(folders.counting)).toSorted()).toEqual(['ca.pem', 'counting.key', 'counting.pem'])
  expect((await fs.readdir(folders.dashboard)).toSorted()).toEqual(['ca.pem', 'dashboard.key', 'dashboard.pem'])
  const authorities = await Promise.all(
    Object.values(folders).map((one) => fs.readFile(path.join(one, 'ca.pem'), 'utf8')),
  )
  expect(new Set(authorities).size).toBe(1)
})

it('keeps existing identities, which running sidecars have read', async () => {
  await using folder = await temporaryFolder()
  const folders = { counting: path.join(folder.path, 'a'), dashboard: path.join(folder.path, 'b') }
  await keepIdentities(folders)
  expect(await keepIdentities(folders)).toBe(false)
})

it('creates new ones when a key is missing, when authorities differ, and on the last day', async () => {
  await using folder = await temporaryFolder()
  const folders = { counting: path.join(folder.path, 'a'), dashboard: path.join(folder.path, 'b') }
  await keepIdentities(folders)
  await fs.rm(path.join(folders.counting, 'counting.key'))
  expect(await keepIdentities(folders)).toBe(true)

  const other = await createCertificateAuthority({ hours: 48 })
  await writeCertificates(folders.dashboard, { authority: other, serviceAccounts: ['dashboard'] })
  expect(await keepIdentities(folders)).toBe(true)

  const short = await createCertificateAuthority({ hours: 23 })
  for (const [name, where] of Object.entries(folders)) {
    await writeCertificates(where, { authority: short, serviceAccounts: [name] })
  }
  expect(await keepIdentities(folders)).toBe(true)
})

it('keeps the token that the dashboard has read', async () => {
  await using folder = await temporaryFolder()
  const token = await writeControlFile(folder.path, 'http://setup:19000')
  expect(token).toMatch(/^[\da-f]{64}$/)
  expect(await writeControlFile(folder.path, 'http://setup:19000')).toBe(token)
  expect(await readControlToken(folder.path)).toBe(token)
})
