import { isRecord } from '@throughline/trace-store'
import fs from 'node:fs/promises'
import { type BackendAccess, fetchJson } from './fetch-json.ts'
import { createJaegerBackend } from './jaeger-backend.ts'
import { createOtlpFileBackend } from './otlp-file-backend.ts'
import { createTempoBackend } from './tempo-backend.ts'
import { BackendError, type TraceBackend } from './trace-backend.ts'
import { trimSlashes } from './trim-slashes.ts'
import { createZipkinBackend } from './zipkin-backend.ts'

const KINDS = ['jaeger', 'zipkin', 'tempo', 'otlp'] as const
type Kind = (typeof KINDS)[number]

/** `--traces`, and how to reach it. */
export interface BackendTarget extends Omit<BackendAccess, 'url'> {
  /** A URL, a path of an OTLP file, or either after `jaeger=`, `zipkin=`, `tempo=` or `otlp=`. */
  target: string
}

/**
 * Opens what `--traces` names. Without a kind prefix, the backend at a URL is detected.
 *
 * @throws BackendError when it can't be reached or is none of them
 */
export async function openBackend({ target, ...access }: BackendTarget): Promise<TraceBackend> {
  const [, kind, rest] = /^(jaeger|zipkin|tempo|otlp)=(.*)$/.exec(target) ?? [undefined, undefined, target]
  const place = rest ?? target
  if (kind === 'otlp' || (kind === undefined && !/^https?:/i.test(place))) return openFile(place)
  const at = withoutCredentials({ ...access, url: trimSlashes(place) })
  return create((kind as Kind | undefined) ?? (await detect(at)), at)
}

/** `http://user:password@host` becomes a header: URLs are printed. */
function withoutCredentials(access: BackendAccess): BackendAccess {
  const url = new URL(access.url)
  if (url.username === '' && url.password === '') return access
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return {
    ...access,
    url: trimSlashes(url.href),
    headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}`, ...access.headers },
  }
}

function create(kind: Kind, access: BackendAccess): TraceBackend {
  if (kind === 'zipkin') return createZipkinBackend({ ...access, url: access.url.replace(/\/zipkin$/, '') })
  return kind === 'tempo' ? createTempoBackend(access) : createJaegerBackend(access)
}

async function openFile(file: string): Promise<TraceBackend> {
  await fs.access(file).catch((error: Error) => {
    throw new BackendError(`${file} can’t be read: ${error.message}`)
  })
  return createOtlpFileBackend(file)
}

/** Each has a path that the others lack, or answer differently. */
async function detect(access: BackendAccess): Promise<Kind> {
  const jaeger = await fetchJson(access, '/api/services').catch(rethrowUnreachable)
  if (isRecord(jaeger) && 'data' in jaeger) return 'jaeger'
  if (Array.isArray(await fetchJson(access, '/api/v2/services').catch(rethrowUnreachable))) return 'zipkin'
  // Any server answers 404 for a missing id; Tempo's search identifies it.
  const tempo = await fetchJson(access, '/api/search/tags').catch(rethrowUnreachable)
  if (isRecord(tempo) && 'tagNames' in tempo) return 'tempo'
  throw new BackendError(
    `${access.url} is neither Jaeger, Zipkin nor Tempo: give its query address, or say which it is (--traces jaeger=URL)`,
  )
}

/** An unexpected answer continues the detection; no answer or missing credentials end it. */
function rethrowUnreachable(error: unknown): undefined {
  if (error instanceof BackendError && !/can’t be read|credentials/.test(error.message)) return undefined
  throw error
}
