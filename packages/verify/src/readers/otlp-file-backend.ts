import fs from 'node:fs/promises'
import { isRecord } from '@throughline/trace-store'
import type { Span } from '../evidence/span.ts'
import { explainFileError } from './explain-file-error.ts'
import { readOtlpJson } from './read-otlp-json.ts'
import { BackendError, type TraceBackend } from './trace-backend.ts'

/**
 * Reads a file of OTLP in JSON: one export request a line, as the Collector's file exporter appends them, or one
 * document. It is read again for every query, so a growing file works.
 */
export function createOtlpFileBackend(file: string): TraceBackend {
  const load = async (): Promise<string> => {
    try {
      return await fs.readFile(file, 'utf8')
    } catch (error) {
      throw new BackendError(`${file} can’t be read: ${explainFileError(error as Error)}`, { cause: error })
    }
  }
  const read = async (): Promise<Span[]> => {
    const text = await load()
    const documents = parseDocuments(text)
    if (documents === undefined)
      throw new BackendError(`${file} holds no OTLP in JSON, neither one document nor one per line`)
    return documents.flatMap(readOtlpJson)
  }
  return {
    kind: 'otlp-file',
    searchable: true,
    trace: async (traceId) => (await read()).filter((span) => span.traceId === traceId),
    search: async ({ startUs, endUs }) =>
      (await read()).filter((span) => span.startUs >= startUs && span.startUs <= endUs),
    async confirm() {
      const text = await load()
      if (text.trim() === '') {
        throw new BackendError(
          `${file} is empty: the Collector’s file exporter has not written to it, or writes elsewhere`,
        )
      }
      if (parseDocuments(text)?.some(isOtlp)) return
      throw new BackendError(
        `${file} holds no traces of OTLP in JSON: no “resourceSpans” is in it. Give the file that a pipeline of traces writes, with format: json`,
      )
    },
  }
}

/** Undefined when the text is neither JSON nor JSON in lines. */
function parseDocuments(text: string): unknown[] | undefined {
  const documents = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parse)
  // The last line of a file that is being written may be incomplete.
  if (documents.slice(0, -1).every((value) => value !== undefined)) return documents
  const document = parse(text)
  return document === undefined ? undefined : [document]
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isOtlp = (value: unknown): boolean =>
  isRecord(value) && (Array.isArray(value['resourceSpans'] ?? value['batches']) || isOtlp(value['trace']))
