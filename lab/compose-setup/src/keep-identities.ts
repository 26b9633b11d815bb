import { X509Certificate } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { createCertificateAuthority, writeCertificates } from '@throughline/lab-meshes'

const HOUR_MS = 3_600_000
/** Envoy reads certificates when it starts; compose is restarted more often than this. */
const VALID_HOURS = 90 * 24

/**
 * Gives each service an identity of one mesh, in a folder of its own that holds no other key. Existing identities are kept
 * while they are valid for another day: running sidecars have read them, and their authority's key no longer exists.
 *
 * @param folders by service account: where its `ca.pem`, `<name>.pem` and `<name>.key` are
 * @returns whether new ones were created; running sidecars must then be restarted
 */
export async function keepIdentities(folders: Record<string, string>): Promise<boolean> {
  const found = await Promise.all(Object.entries(folders).map(([name, folder]) => readIdentity(name, folder)))
  const [first] = found
  const until = Date.now() + 24 * HOUR_MS
  if (first !== undefined && found.every((one) => one?.authority === first.authority && one.validTo > until))
    return false
  const authority = await createCertificateAuthority({ hours: VALID_HOURS })
  for (const [name, folder] of Object.entries(folders)) {
    await writeCertificates(folder, { authority, serviceAccounts: [name] })
  }
  return true
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
