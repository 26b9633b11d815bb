import { X509Certificate } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type CertificateAuthority, createCertificateAuthority, writeCertificates } from '@throughline/lab-meshes'

/** Ten years: longer than a set-up service runs. */
const AUTHORITY_HOURS = 10 * 365 * 24

export interface KeptIdentities {
  /** Whether new ones were created; running sidecars must then be restarted. */
  isNew: boolean
  /** Writes new ones, of one authority from its first call on; running sidecars must then be restarted. */
  renew: () => Promise<void>
}

/**
 * Gives each service an identity of one mesh, in a folder of its own that holds no other key. Existing identities are kept
 * during the first half of their life: running sidecars have read them, and their authority's key no longer exists.
 *
 * @param folders by service account: where its `ca.pem`, `<name>.pem` and `<name>.key` are
 * @param options.seconds lifetime of a certificate
 */
export async function keepIdentities(
  folders: Record<string, string>,
  { seconds }: { seconds: number },
): Promise<KeptIdentities> {
  let authority: CertificateAuthority | undefined
  const renew = async (): Promise<void> => {
    authority ??= await createCertificateAuthority({ hours: seconds / 3600, authorityHours: AUTHORITY_HOURS })
    for (const [name, folder] of Object.entries(folders)) {
      await writeCertificates(folder, { authority, serviceAccounts: [name] })
    }
  }
  const found = await Promise.all(Object.entries(folders).map(([name, folder]) => readIdentity(name, folder)))
  const [first] = found
  const until = Date.now() + (seconds * 1000) / 2
  const isNew =
    first === undefined ||
    !found.every((identity) => identity?.authority === first.authority && identity.validTo > until)
  if (isNew) await renew()
  return { isNew, renew }
}

async function readIdentity(name: string, folder: string): Promise<{ authority: string; validTo: number } | undefined> {
  try {
    const authority = await fs.readFile(path.join(folder, 'ca.pem'), 'utf8')
    const leaf = new X509Certificate(await fs.readFile(path.join(folder, `${name}.pem`)))
    await fs.access(path.join(folder, `${name}.key`))
    return { authority, validTo: Date.parse(leaf.validTo) }
  } catch {
    return undefined
  }
}
