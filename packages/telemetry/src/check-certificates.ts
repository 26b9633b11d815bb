import { createPrivateKey, X509Certificate } from 'node:crypto'
import fs from 'node:fs'

/** What each file that a TLS connection to the collector needs is to hold. */
const CONTENTS = {
  CERTIFICATE: { what: 'a certificate in PEM', read: readCertificate },
  CLIENT_CERTIFICATE: { what: 'a certificate in PEM', read: readCertificate },
  CLIENT_KEY: { what: 'a private key in PEM without a passphrase', read: createPrivateKey },
}

/** The ends of the names of variables that name such a file. */
export const CERTIFICATES = Object.keys(CONTENTS) as (keyof typeof CONTENTS)[]

/** What is wrong with a file, if anything: TLS would pass over it, or refuse each connection. */
export function certificateProblem(kind: keyof typeof CONTENTS, file: string): string | undefined {
  let content: string
  try {
    content = fs.readFileSync(file, 'latin1')
  } catch {
    return 'is not a file that can be read'
  }
  const { what, read } = CONTENTS[kind]
  try {
    read(content)
    return undefined
  } catch {
    return `is not ${what}`
  }
}

/** The first of a file that may hold many. */
function readCertificate(content: string): X509Certificate {
  const at = content.search(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/)
  if (at === -1) throw new TypeError('no certificate')
  return new X509Certificate(content.slice(at))
}
