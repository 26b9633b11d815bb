import type { ServerResponse } from 'node:http'

export interface EventStream {
  /** Sends an event; a reader that lost the stream resumes after `id`. */
  send(event: string, data: unknown, id?: string): void
  end(): void
}

export interface EventStreamOptions {
  /** How often `heartbeat` is sent, so that a reader notices a dead connection. */
  heartbeatMs: number
  onClose: () => void
}

/** A reader this far behind is disconnected; it comes back with the id of its last event. */
const MAX_BUFFERED_BYTES = 400_000

/** Opens a stream of server-sent events (WHATWG HTML §9.2) on a response. */
export function openEventStream(response: ServerResponse, { heartbeatMs, onClose }: EventStreamOptions): EventStream {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // nginx and its derivatives would buffer events.
    'x-accel-buffering': 'no',
  })
  response.write('retry: 1000\n\n')
  const send: EventStream['send'] = (event, data, id) => {
    if (response.writableEnded || response.destroyed) return
    // JSON has no line breaks, so one data line is enough.
    response.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy()
  }
  const heartbeat = setInterval(() => send('heartbeat', {}), heartbeatMs)
  heartbeat.unref()
  response.once('close', () => {
    clearInterval(heartbeat)
    onClose()
  })
  return { send, end: () => void response.end() }
}
