import diagnosticsChannel from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'

const REQUEST_ERROR = 'http.client.request.error'
/** Part of the OTLP exporter's `user-agent` (OpenTelemetry, OTLP exporter, "User Agent"). */
const EXPORTER = 'OTel-OTLP-Exporter-JavaScript'
/** Codes of a connection that was never established: nothing listens there, or the name has no address. */
const NO_CONNECTION = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

export interface Refusals {
  /** Resolves when an OTLP export can't connect: at once when the last one couldn't, otherwise at the next. */
  refused(): Promise<void>
  stop(): void
}

/**
 * Notices OTLP exports that can't connect. The exporter itself reports nothing until its retries end (10 s), which is
 * right while a service runs but too long when it ends.
 *
 * @param exported spans delivered so far: a delivery after a refusal puts an end to it.
 */
export function watchRefusals(exported: () => number): Refusals {
  let exportedBefore: number | undefined
  let announce: (() => void)[] = []
  const onError = (message: unknown): void => {
    const { request, error } = message as { request: ClientRequest; error: NodeJS.ErrnoException }
    if (!NO_CONNECTION.has(error.code ?? '') || !String(request.getHeader('user-agent')).includes(EXPORTER)) return
    exportedBefore = exported()
    for (const resolve of announce) resolve()
    announce = []
  }
  diagnosticsChannel.subscribe(REQUEST_ERROR, onError)
  return {
    refused: async () => {
      if (exportedBefore !== exported()) await new Promise<void>((resolve) => announce.push(resolve))
    },
    stop: () => diagnosticsChannel.unsubscribe(REQUEST_ERROR, onError),
  }
}
