import type { Json } from './kube-object.ts'
import type { Tokens } from './tokens.ts'

type Review = { [key: string]: Json }

/**
 * The answer to the kinds that are questions and are never stored: whose token is this, may they do that. A token is
 * good when this API issued it and it is for one of the audiences asked for. Every request is allowed.
 */
export function answerReview(kind: string, review: Review, tokens: Tokens): Review | undefined {
  if (kind === 'TokenReview') return { ...review, status: reviewToken(review['spec'] as unknown as TokenSpec, tokens) }
  if (kind.endsWith('SubjectAccessReview')) return { ...review, status: { allowed: true } }
  return undefined
}

interface TokenSpec {
  token?: string
  audiences?: string[]
}

function reviewToken({ token = '', audiences = [] }: TokenSpec, tokens: Tokens): Json {
  const claims = tokens.read(token)
  if (claims === undefined) return { authenticated: false, error: 'the token is not of this API' }
  const shared = audiences.filter((audience) => claims.audiences.includes(audience))
  if (audiences.length > 0 && shared.length === 0) {
    return { authenticated: false, error: `the token is for ${claims.audiences.join()}, not for ${audiences.join()}` }
  }
  return {
    authenticated: true,
    audiences: shared,
    user: {
      username: claims.username,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${claims.namespace}`, 'system:authenticated'],
    },
  }
}
