// The certificate library resolves its parts by reflection and needs this import first.
import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** Trust domain of the static mesh: the host part of every SPIFFE id in it. */
const TRUST_DOMAIN = 'throughline.local'

/** Both as PEM. */
interface Identity {
  certificate: string
  key: string
}

export interface CertificateAuthority {
  /** Certificate of the authority, PEM. Its key never leaves memory. */
  certificate: string
  /** Issues a key and a certificate for a service account; with IP addresses, for servers that are named by them as well. */
  issue: (serviceAccount: string, addresses?: readonly string[]) => Promise<Identity>
}

/** Certificates of a mesh that has no authority of its own. */
export interface Identities {
  /** `ca.pem` and each service's `.pem` and `.key`. */
  folder: string
  /** Issues an identity of the same mesh to a peer that the mesh does not expect. */
  issue: CertificateAuthority['issue']
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** The SPIFFE id of a service account, in the form that Istio uses too: `spiffe://<trust domain>/ns/<ns>/sa/<name>`. */
export function spiffeId(serviceAccount: string): string {
  return `spiffe://${TRUST_DOMAIN}/ns/default/sa/${serviceAccount}`
}

/**
 * Creates an authority whose leaves work as client and server certificates of a mesh: P-256, one URI SAN, critical key
 * usage (X509-SVID §4.3), valid from a minute ago (clocks differ) for `hours`, default 24; the authority itself for
 * `authorityHours`, default the same as a leaf.
 */
export async function createCertificateAuthority(
  options: { hours?: number; authorityHours?: number } = {},
): Promise<CertificateAuthority> {
  cryptoProvider.set(webcrypto)
  const { hours = 24, authorityHours = hours } = options
  const authority = await newKeys()
  const name = `CN=${TRUST_DOMAIN} mesh CA`

  const sign = async (
    subject: { name: string; publicKey: webcrypto.CryptoKey; hours: number },
    extensions: Extension[],
  ): Promise<string> => {
    const { publicKey } = subject
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: subject.name,
      issuer: name,
      publicKey,
      signingKey: authority.privateKey,
      signingAlgorithm: algorithm,
      ...validFor(subject.hours),
      extensions: [
        ...extensions,
        await SubjectKeyIdentifierExtension.create(publicKey),
        await AuthorityKeyIdentifierExtension.create(authority.publicKey),
      ],
    })
    return `${certificate.toString('pem')}\n`
  }

  return {
    certificate: await sign({ name, publicKey: authority.publicKey, hours: authorityHours }, [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new SubjectAlternativeNameExtension([{ type: 'url', value: `spiffe://${TRUST_DOMAIN}` }]),
    ]),
    async issue(serviceAccount, addresses = []) {
      const keys = await newKeys()
      return {
        certificate: await sign({ name: `CN=${serviceAccount}`, publicKey: keys.publicKey, hours }, [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          new SubjectAlternativeNameExtension([
            { type: 'url', value: spiffeId(serviceAccount) },
            ...addresses.map((value) => ({ type: 'ip' as const, value })),
          ]),
        ]),
        key: `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`,
      }
    },
  }
}

/**
 * Writes `ca.pem`, and `<name>.pem` and `<name>.key` (0600) for each service account, into a folder that only its
 * owner can enter.
 */
export async function writeCertificates(
  folder: string,
  { authority, serviceAccounts }: { authority: CertificateAuthority; serviceAccounts: readonly string[] },
): Promise<void> {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  await fs.writeFile(path.join(folder, 'ca.pem'), authority.certificate)
  for (const name of serviceAccounts) {
    const identity = await authority.issue(name)
    await fs.writeFile(path.join(folder, `${name}.pem`), identity.certificate)
    await fs.writeFile(path.join(folder, `${name}.key`), identity.key, { mode: 0o600 })
  }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

/** Sixteen random bytes, positive and never zero (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes.readUInt8(0) & 0x7f) | 0x40
  return bytes.toString('hex')
}

function validFor(hours: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + hours * 3_600_000) }
}
