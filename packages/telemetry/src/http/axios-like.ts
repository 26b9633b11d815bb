import type { AxiosCallLike } from '@throughline/propagation/axios'

/** The part of an axios instance (0.27 and 1.x) that is used, so that axios need not be a dependency. */
export interface AxiosLike {
  readonly interceptors: {
    readonly request: {
      use(onFulfilled: <Config extends AxiosConfigLike>(config: Config) => Config): number
      eject(id: number): void
    }
    readonly response: {
      use(
        onFulfilled: <Response>(response: Response) => Response,
        onRejected: (error: unknown) => Promise<never>,
      ): number
      eject(id: number): void
    }
  }
  getUri(config?: object): string
}

/** What an interceptor finds in axios's request configuration. */
export interface AxiosConfigLike extends AxiosCallLike {
  method?: string | undefined
}
