/**
 * Says that an address is not the backend it was taken for, after its URL.
 *
 * @param kind `Jaeger`, `Zipkin` or `Tempo`
 * @param path that every such backend answers
 * @param body its JSON; undefined when it answered 404
 */
export function describeStranger(kind: string, path: string, body: unknown): string {
  const answer = body === undefined ? 'answered 404' : `answered JSON that is not ${kind}’s`
  return `is no ${kind}, or not at that path: ${path} ${answer}. Give the address below which ${kind} has ${path}`
}
