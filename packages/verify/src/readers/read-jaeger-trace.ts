import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { publicFolder } from '../../public-folder.ts'

export interface ReadTrace {
  traceId: string
  rows: { service: string; proxy: boolean; kind: string | null }[]
  problems: { text: string; cause: string }[]
}

interface PageModules {
  parseTrace: (value: unknown) => object | undefined
  buildTraceModel: (trace: object, options: { answered: boolean }) => ReadTrace
}

/**
 * Reads a trace with the page's own modules, so that this check and the page never judge one trace differently.
 *
 * @param answered counting is known to have answered, so its span must be there
 * @returns undefined when the body holds no trace with a span
 */
export async function readTrace(body: string, answered: boolean): Promise<ReadTrace | undefined> {
  const [{ parseTrace }, { buildTraceModel }] = [await load('parse-trace.js'), await load('trace-model.js')]
  const trace = parseTrace(firstOf(body))
  if (trace === undefined) return undefined
  const model = buildTraceModel(trace, { answered })
  return model.rows.length === 0 ? undefined : model
}

/** Loaded by address: they are files of the page, outside what is compiled here. */
function load(name: string): Promise<PageModules> {
  return import(pathToFileURL(path.join(publicFolder, name)).href) as Promise<PageModules>
}

function firstOf(body: string): unknown {
  try {
    const { data } = JSON.parse(body) as { data?: unknown }
    return Array.isArray(data) ? data[0] : undefined
  } catch {
    return undefined
  }
}
