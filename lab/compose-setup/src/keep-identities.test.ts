import { X509Certificate } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { createCertificateAuthority, writeCertificates } from '@throughline/lab-meshes'
import { temporaryFolder } from '@throughline/lab-testkit'
import { readControlToken, writeControlFile } from './control-file.ts'
import { keepIdentities } from './keep-identities.ts'

const day = { seconds: 86_400 }

it('gives each service a folder with its own key and no other, from one authority', async () => {
  await using folder = await temporaryFolder()
  const folders = { counting: path.join(folder.path, 'a'), dashboard: path.join(folder.path, 'b') }
  expect(await keepIdentities(folders, day)).toMatchObject({ isNew: true })
  expect((await fs.readdir(folders.counting)).toSorted()).toEqual(['ca.pem', 'counting.key', 'counting.pem'])
  expect((await fs.readdir(folders.dashboard)).toSorted()).toEqual(['ca.pem', 'dashboard.key', 'dashboard.pem'])
  const authorities = await Promise.all(
    Object.values(folders).map((each) => fs.readFile(path.join(each, 'ca.pem'), 'utf8')),
  )
  expect(new Set(authorities).size).toBe(1)
})

it('keeps existing identities, which running sidecars have read', async () => {
  await using folder = await temporaryFolder()
  const folders = { counting: path.join(folder.path, 'a'), dashboard: path.join(folder.path, 'b') }
  await keepIdentities(folders, day)
  expect(await keepIdentities(folders, day)).toMatchObject({ isNew: false })
})

it('replaces them when a key is missing, authorities differ, or half of their life is over', async () => {
  await using folder = await temporaryFolder()
  const folders = { counting: path.join(folder.path, 'a'), dashboard: path.join(folder.path, 'b') }
  await keepIdentities(folders, day)
  await fs.rm(path.join(folders.counting, 'counting.key'))
  expect(await keepIdentities(folders, day)).toMatchObject({ isNew: true })

  const other = await createCertificateAuthority({ hours: 24 })
  await writeCertificates(folders.dashboard, { authority: other, serviceAccounts: ['dashboard'] })
  expect(await keepIdentities(folders, day)).toMatchObject({ isNew: true })

  const short = await createCertificateAuthority({ hours: 11 })
  for (const [name, where] of Object.entries(folders)) {
    await writeCertificates(where, { authority: short, serviceAccounts: [name] })
  }
  expect(await keepIdentities(folders, day)).toMatchObject({ isNew: true })
})

it.each([60, 86_400])('renews them with one authority, for %i seconds more', async (seconds) => {
  await using folder = await temporaryFolder()
  const folders = { counting: path.join(folder.path, 'a'), dashboard: path.join(folder.path, 'b') }
  const read = (file: string) => fs.readFile(path.join(folder.path, file), 'utf8')
  const { renew } = await keepIdentities(folders, { seconds })
  const [authority, leaf] = [await read('a/ca.pem'), await read('b/dashboard.pem')]
  await renew()
  expect(await Promise.all([read('a/ca.pem'), read('b/ca.pem')])).toEqual([authority, authority])
  const renewed = new X509Certificate(await read('b/dashboard.pem'))
  expect(renewed.serialNumber).not.toBe(new X509Certificate(leaf).serialNumber)
  expect(renewed.verify(new X509Certificate(authority).publicKey)).toBe(true)
  const left = (Date.parse(renewed.validTo) - Date.now()) / 1000
  expect(left).toBeGreaterThan(seconds - 20)
  expect(left).toBeLessThanOrEqual(seconds)
})

it('keeps the token that the dashboard has read', async () => {
  await using folder = await temporaryFolder()
  const token = await writeControlFile(folder.path, 'http://setup:19000')
  expect(token).toMatch(/^[\da-f]{64}$/)
  expect(await writeControlFile(folder.path, 'http://setup:19000')).toBe(token)
  expect(await readControlToken(folder.path)).toBe(token)
})
