import { type AxiosCallLike, urlOfAxios, withAxiosHeaders } from './axios-config.ts'
import { headersToSet, type OutgoingOptions } from './headers-to-set.ts'
import { mayForward } from './may-forward.ts'
import { areOutgoingHeadersClaimed } from '../outgoing-owner.ts'
import { processState } from '../process-state.ts'

export { type AxiosCallLike, urlOfAxios, withAxiosHeaders } from './axios-config.ts'

/** The part of an axios instance (0.27 and 1.x) that is used. */
export interface AxiosLike {
  readonly interceptors: {
    readonly request: {
      use(onFulfilled: <Config extends AxiosCallLike>(config: Config) => Config): number
      eject(id: number): void
    }
  }
  getUri?(config?: object): string
}

/**
 * Sets the headers of the request that is being served on every call of an axios instance, replacing any of the same
 * name in any case. `shouldForward` decides again about a redirect to another origin.
 *
 * @returns a function that takes the interceptor out again.
 */
export function forwardWithAxios(instance: AxiosLike, options: OutgoingOptions = {}): () => void {
  const id = instance.interceptors.request.use((config) => {
    if (areOutgoingHeadersClaimed()) return withRule(config, options)
    const headers = headersToSet(() => urlOfAxios(config, instance), options) ?? []
    if (headers.length === 0) return config
    const forwarded = withAxiosHeaders(config, headers)
    return options.shouldForward === undefined ? forwarded : withRedirectCheck(forwarded, headers, options)
  })
  return () => instance.interceptors.request.eject(id)
}

/** Axios transforms the data of a request synchronously before it makes it, so the rule applies from there on. */
function withRule<Config extends AxiosCallLike>(config: Config, { shouldForward }: OutgoingOptions): Config {
  if (shouldForward === undefined || typeof config !== 'object' || config === null) return config
  const enterRule = (data: unknown): unknown => {
    processState.rules.enterWith(shouldForward)
    return data
  }
  const transforms = [config.transformRequest]
    .flat()
    .filter((transform) => transform !== undefined && transform !== null)
  return { ...config, transformRequest: [...transforms, enterRule] }
}

/** Follow-redirects, which axios's http adapter uses, sends all headers except credentials to any origin. */
function withRedirectCheck<Config extends AxiosCallLike>(
  config: Config,
  headers: readonly (readonly [name: string, value: string])[],
  { shouldForward }: OutgoingOptions,
): Config {
  const { beforeRedirect } = config
  const names = new Set(headers.map(([name]) => name))
  return {
    ...config,
    beforeRedirect(target: RedirectTarget, ...rest: unknown[]) {
      if (!mayForward(shouldForward, () => target.href)) {
        for (const name of Object.keys(target.headers)) if (names.has(name.toLowerCase())) delete target.headers[name]
      }
      return typeof beforeRedirect === 'function'
        ? Reflect.apply(beforeRedirect, undefined, [target, ...rest])
        : undefined
    },
  }
}

/** What follow-redirects reports before it follows a redirect. */
interface RedirectTarget {
  href: string
  headers: Record<string, unknown>
}
