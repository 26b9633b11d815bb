import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface TokenSubject {
  namespace: string
  serviceAccount: string
  /** The audience of the token; Istio's agents need `istio-ca`. */
  audience: string
}

interface TokenClaims {
  audiences: string[]
  username: string
  namespace: string
}

/** Issues and reads the tokens of service accounts, signed with a key that only this process has. */
export interface Tokens {
  issue: (subject: TokenSubject) => { token: string; expires: Date }
  /** The claims of a token that this issuer has signed and that is still valid. */
  read: (token: string) => TokenClaims | undefined
}

const LIFETIME_SECONDS = 24 * 3600

export function createTokens(): Tokens {
  const key = randomBytes(32)
  const sign = (text: string) => createHmac('sha256', key).update(text).digest()
  return {
    issue({ namespace, serviceAccount, audience }) {
      const now = Math.floor(Date.now() / 1000)
      // The claims of a projected token: kubernetes.io/docs, "Managing Service Accounts".
      const unsigned = [
        { alg: 'HS256', typ: 'JWT' },
        {
          iss: 'https://kubernetes.default.svc',
          aud: [audience],
          sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
          iat: now,
          nbf: now,
          exp: now + LIFETIME_SECONDS,
          'kubernetes.io': { namespace, serviceaccount: { name: serviceAccount } },
        },
      ]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      return {
        token: `${unsigned}.${sign(unsigned).toString('base64url')}`,
        expires: new Date((now + LIFETIME_SECONDS) * 1000),
      }
    },
    read(token) {
      const [header, payload, signature] = token.split('.')
      if (header === undefined || payload === undefined || signature === undefined) return undefined
      const received = Buffer.from(signature, 'base64url')
      const expected = sign(`${header}.${payload}`)
      if (received.length !== expected.length || !timingSafeEqual(received, expected)) return undefined
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
        aud: string[]
        sub: string
        exp: number
        'kubernetes.io': { namespace: string }
      }
      if (claims.exp * 1000 < Date.now()) return undefined
      return { audiences: claims.aud, username: claims.sub, namespace: claims['kubernetes.io'].namespace }
    },
  }
}
