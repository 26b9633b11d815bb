import { createCertificateAuthority, type Identity, writeCertificates } from './certs.ts'

/** Certificates of a mesh that has no authority of its own. */
export interface Identities {
  /** `ca.pem` and each service's `.pem` and `.key`. */
  folder: string
  /** Makes an identity of the same mesh, for a peer that is not meant to be there. */
  issue: (serviceAccount: string) => Promise<Identity>
}

/** Makes an authority and an identity for each service account, and writes them into the folder. */
export async function createIdentities(folder: string, serviceAccounts: string[]): Promise<Identities> {
  const authority = await createCertificateAuthority()
  await writeCertificates(folder, { authority, serviceAccounts })
  return { folder, issue: authority.issue }
}
