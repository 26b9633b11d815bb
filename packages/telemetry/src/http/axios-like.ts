/** The part of an axios instance (1.x) that is used, so that axios need not be a dependency. */
export interface AxiosLike {
  readonly interceptors: {
    readonly request: {
      use(
        onFulfilled: <Config extends AxiosConfigLike>(config: Config) => Config,
        onRejected?: null,
        options?: { synchronous: boolean },
      ): number
      eject(id: number): void
    }
    readonly response: {
      use(
        onFulfilled: <Response extends AxiosOutcome>(response: Response) => Response,
        onRejected: (error: AxiosOutcome | undefined) => Promise<never>,
      ): number
      eject(id: number): void
    }
  }
  getUri(config?: object): string
}

/** What an interceptor finds in axios's request configuration. */
export interface AxiosConfigLike {
  method?: string | undefined
  url?: string | undefined
  baseURL?: string | undefined
  headers: { set(name: string, value: string): unknown }
}

/** What axios resolves or rejects with, as far as it is read. */
export interface AxiosOutcome {
  config?: AxiosConfigLike | undefined
  status?: number | undefined
  code?: string | undefined
  name?: string | undefined
  message?: string | undefined
  response?: { status?: number | undefined } | undefined
}
