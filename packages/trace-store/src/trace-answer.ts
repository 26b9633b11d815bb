import type http from 'node:http'

import type { Answer } from './answer.ts'
import type { JaegerTrace } from './jaeger-trace.ts'
import { MAX_ANSWERS } from './limits.ts'
import { createRoom } from './room.ts'

/** Pieces shorter than this are sent together. */
const PIECE_LENGTH = 65_536

/** A client that reads this much within the patience of a room is not slow. */
const PROGRESS_LENGTH = 1024 * 1024

function* joinPieces(pieces: Iterable<string>, onProgress: () => void): Generator<string> {
  let joined = ''
  let length = 0
  for (const piece of pieces) {
    joined += piece
    if (joined.length < PIECE_LENGTH) continue
    yield joined
    length += joined.length
    joined = ''
    if (length < PROGRESS_LENGTH) continue
    onProgress()
    length = 0
  }
  if (joined !== '') yield joined
}

function* writeTraces(traces: readonly JaegerTrace[]): Generator<string> {
  yield '{"data":['
  for (const [index, trace] of traces.entries()) {
    yield `${index === 0 ? '' : ','}{"traceID":${JSON.stringify(trace.traceID)},"spans":[`
    for (const [place, span] of trace.spans.entries()) yield `${place === 0 ? '' : ','}${JSON.stringify(span)}`
    yield `],"processes":${JSON.stringify(trace.processes)}}`
  }
  yield `],"total":${traces.length},"limit":0,"offset":0,"errors":null}`
}

/** Answers `find`'s traces in Jaeger's form, once fewer than {@link MAX_ANSWERS} clients are reading traces. */
export type AnswerTraces = (request: http.IncomingMessage, find: () => readonly JaegerTrace[]) => Promise<Answer>

/** Makes the answers of one store, all within one bound on memory. */
export function createTraceAnswers(): AnswerTraces {
  const room = createRoom({ size: MAX_ANSWERS })
  return async (request, find) => {
    const lease = room.enter(() => request.destroy())
    try {
      await lease.take(1)
      const body = joinPieces(writeTraces(find()), lease.renew)
      return { status: 200, headers: { 'content-type': 'application/json' }, body, done: lease.release }
    } catch (error) {
      lease.release()
      throw error
    }
  }
}
