import type { Json } from './kube-object.ts'
import type { Tokens } from './tokens.ts'

type Review = { [key: string]: Json }

/**
 * Answers reviews, which are questions and never stored: whose token this is, and what its owner may do. A token is
 * valid when this API issued it for one of the requested audiences. Every caller may do everything.
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
  if (claims === undefined) return { authenticated: false, error: 'the token was not issued by this API' }
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
