import fs from 'node:fs/promises'
import { explainFileError } from './explain-file-error.ts'
import { type BackendAccess, fetchJson } from './fetch-json.ts'
import { createJaegerBackend, isJaegerAnswer } from './jaeger-backend.ts'
import { createOtlpFileBackend } from './otlp-file-backend.ts'
import { createTempoBackend, isTempoAnswer } from './tempo-backend.ts'
import { BackendError, BackendUnreachableError, type TraceBackend } from './trace-backend.ts'
import { trimSlashes } from './trim-slashes.ts'
import { withoutCredentials } from './without-credentials.ts'
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

function create(kind: Kind, access: BackendAccess): TraceBackend {
  if (kind === 'zipkin') return createZipkinBackend({ ...access, url: access.url.replace(/\/zipkin$/, '') })
  return kind === 'tempo' ? createTempoBackend(access) : createJaegerBackend(access)
}

async function openFile(file: string): Promise<TraceBackend> {
  await fs.access(file).catch((error: Error) => {
    throw new BackendError(`${file} can’t be read: ${explainFileError(error)}`)
  })
  return createOtlpFileBackend(file)
}

/** Each has a path that the others lack, or answer differently. Any server answers 404 for a missing id. */
const MARKS: readonly [kind: Exclude<Kind, 'otlp'>, path: string, isIts: (body: unknown) => boolean][] = [
  ['jaeger', '/api/services', isJaegerAnswer],
  ['zipkin', '/api/v2/services', Array.isArray],
  ['tempo', '/api/search/tags', isTempoAnswer],
]

async function detect(access: BackendAccess): Promise<Kind> {
  const answers: string[] = []
  for (const [kind, path, isIts] of MARKS) {
    try {
      const body = await fetchJson(access, path)
      if (isIts(body)) return kind
      answers.push(`${path} answered ${body === undefined ? '404' : 'other JSON'}`)
    } catch (error) {
      if (!(error instanceof BackendError) || error instanceof BackendUnreachableError) throw error
      answers.push(error.message.replace(access.url, '').split(': ')[0] ?? '')
    }
  }
  throw new BackendError(
    `${access.url} is neither Jaeger, Zipkin nor Tempo: give its query address, or say which it is (--traces jaeger=URL); ${answers.join(', ')}`,
  )
}
