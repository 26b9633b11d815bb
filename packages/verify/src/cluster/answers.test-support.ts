import { ClusterError } from './cluster-error.ts'
import type { Kubectl } from './kubectl.ts'

/** A cluster that has these answers, by path of its API; a text is the reason of a refusal. */
export function cluster(answers: Record<string, unknown>): Kubectl {
  return {
    context: 'test',
    namespace: 'default',
    get: (path) => {
      const answer = answers[path]
      return typeof answer === 'string'
        ? Promise.reject(new ClusterError('forbidden', answer))
        : Promise.resolve(answer)
    },
    // JSON is YAML.
    parseYaml: (text) => Promise.resolve(JSON.parse(text) as unknown),
    forward: () => Promise.reject(new Error('no pods')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
