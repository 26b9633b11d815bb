import { X509Certificate } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import tls from 'node:tls'
import { describe, expect, it } from 'vitest'
import { createCertificateAuthority, spiffeId, writeCertificates } from './certs.ts'
import { temporaryFolder } from '@throughline/lab-testkit'

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

describe('certificates', () => {
  it('issues a leaf for one service account that serves both ends of a connection', async () => {
    const authority = await createCertificateAuthority()
    const leaf = new X509Certificate((await authority.issue('counting')).certificate)
    expect(leaf.subjectAltName).toBe(`URI:${spiffeId('counting')}`)
    expect(leaf.keyUsage).toEqual([SERVER_AUTH, CLIENT_AUTH])
    expect(leaf.ca).toBe(false)
    expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  })

  it('signs leaves that only its own certificate verifies', async () => {
    const [ours, foreign] = await Promise.all([createCertificateAuthority(), createCertificateAuthority()])
    const leaf = new X509Certificate((await ours.issue('dashboard')).certificate)
    const root = new X509Certificate(ours.certificate)
    expect(root.ca).toBe(true)
    expect(leaf.checkIssued(root)).toBe(true)
    expect(leaf.verify(root.publicKey)).toBe(true)
    expect(leaf.verify(new X509Certificate(foreign.certificate).publicKey)).toBe(false)
  })

  it('marks key usage as critical, as SPIFFE requires of a leaf', async () => {
    const leaf = new X509Certificate((await (await createCertificateAuthority()).issue('counting')).certificate)
    // keyUsage (2.5.29.15), critical, digitalSignature alone, in DER.
    expect(leaf.raw.toString('hex')).toContain('0603551d0f0101ff040403020780')
  })

  it('is valid now and for a day', async () => {
    const leaf = new X509Certificate((await (await createCertificateAuthority()).issue('counting')).certificate)
    expect(Date.parse(leaf.validFrom)).toBeLessThan(Date.now())
    const hours = (Date.parse(leaf.validTo) - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(23.9)
    expect(hours).toBeLessThan(24.1)
  })

  it('gives every certificate a serial number of its own', async () => {
    const authority = await createCertificateAuthority()
    const leaves = await Promise.all(['a', 'b', 'c'].map((name) => authority.issue(name)))
    expect(new Set(leaves.map(({ certificate }) => new X509Certificate(certificate).serialNumber)).size).toBe(3)
  })

  it('writes matching keys and certificates, with keys only the owner can read', async () => {
    await using folder = await temporaryFolder()
    const authority = await createCertificateAuthority()
    await writeCertificates(folder.path, { authority, serviceAccounts: ['counting'] })
    const [cert, key] = await Promise.all(
      ['counting.pem', 'counting.key'].map((name) => fs.readFile(path.join(folder.path, name), 'utf8')),
    )
    expect(() => tls.createSecureContext({ ...(cert && { cert }), ...(key && { key }) })).not.toThrow()
    expect((await fs.stat(path.join(folder.path, 'counting.key'))).mode & 0o777).toBe(0o600)
    expect(await fs.readFile(path.join(folder.path, 'ca.pem'), 'utf8')).toBe(authority.certificate)
  })
})
