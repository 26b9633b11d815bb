import fs from 'node:fs/promises'
import type { Span } from '../evidence/span.ts'
import { readOtlpJson } from './read-otlp-json.ts'
import { BackendError, type TraceBackend } from './trace-backend.ts'

/**
 * Reads a file of OTLP in JSON: one export request a line, as the Collector's file exporter appends them, or one
 * document. It is read again for every query, so a growing file works.
 */
export function createOtlpFileBackend(file: string): TraceBackend {
  const read = async (): Promise<Span[]> => {
    try {
      return parseFile(await fs.readFile(file, 'utf8'))
    } catch (error) {
      if (error instanceof BackendError) throw error
      throw new BackendError(`${file} can’t be read: ${(error as Error).message}`, { cause: error })
    }
  }
  return {
    kind: 'otlp-file',
    searchable: true,
    trace: async (traceId) => (await read()).filter((span) => span.traceId === traceId),
    search: async ({ startUs, endUs }) =>
      (await read()).filter((span) => span.startUs >= startUs && span.startUs <= endUs),
  }
}

function parseFile(text: string): Span[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const documents = lines.map(parse)
  // The last line of a file that is being written may be incomplete.
  if (documents.slice(0, -1).every((value) => value !== undefined)) return documents.flatMap(readOtlpJson)
  const document = parse(text)
  if (document === undefined)
    throw new BackendError('the file contains no OTLP in JSON, neither one document nor one per line')
  return readOtlpJson(document)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
