import { limitInProgress, ServiceError } from '@throughline/service-kit'
import { Router } from 'express'
import { type EventStream, openEventStream } from './event-stream.ts'
import type { History } from './history.ts'
import type { Traffic } from './traffic.ts'
import type { Watchers } from './watchers.ts'

export interface LiveRoutesOptions {
  history: History
  traffic: Traffic
  watchers: Watchers
  /** Default 5 s. */
  heartbeatMs?: number | undefined
}

/** Each may be 400 kB behind. */
const MAX_STREAMS = 100

/** Each answer is up to 300 kB, for as long as its client takes to read it. */
const HISTORY_LIMITS = { running: 32, waiting: 32 }

/**
 * Live events: `GET /api/events` (server-sent events) and, for proxies that buffer streams, `GET /api/history` to poll.
 * Both resume after a cursor: `Last-Event-ID`, or `?after=`.
 *
 * Events: `history` `{ reset, entries }` first, then one `request` for each request, `traffic` with the settings, and
 * `heartbeat`. `close` ends all streams, which would otherwise delay a shutdown to its timeout.
 */
export function createLiveRoutes(options: LiveRoutesOptions): { routes: Router; close: () => void } {
  const { history, traffic, watchers, heartbeatMs = 5000 } = options
  const open = new Set<EventStream>()
  const routes = Router()

  routes.get('/events', (request, response) => {
    if (open.size >= MAX_STREAMS) throw new ServiceError('TL_TOO_MANY_STREAMS', `${MAX_STREAMS} streams are open`)
    const leave = watchers.enter()
    const stop = [
      history.subscribe((entry) => stream.send('request', entry, history.cursor(entry))),
      traffic.subscribe((settings) => stream.send('traffic', settings)),
    ]
    const stream = openEventStream(response, {
      heartbeatMs,
      onClose: () => {
        open.delete(stream)
        leave()
        for (const unsubscribe of stop) unsubscribe()
      },
    })
    open.add(stream)
    stream.send(
      'history',
      history.after(request.get('last-event-id') ?? queryText(request.query['after'])),
      history.cursor(),
    )
    stream.send('traffic', traffic.settings())
  })

  routes.get(
    '/history',
    limitInProgress(HISTORY_LIMITS, (request, response) => {
      watchers.poll()
      response.set('cache-control', 'no-store').json({
        ...history.after(queryText(request.query['after'])),
        cursor: history.cursor(),
        traffic: traffic.settings(),
      })
    }),
  )

  routes.get('/requests/:traceId', (request, response) => {
    const found = history.explanation(request.params.traceId)
    if (found) response.set('cache-control', 'no-store').json({ ...found.entry, explain: found.explanation })
    else if (request.query['optional'] === 'true') response.status(204).end()
    else throw new ServiceError('TL_REQUEST_NOT_KEPT', 'no request with that trace id is kept here')
  })

  return {
    routes,
    close: () => {
      for (const stream of open) stream.end()
    },
  }
}

function queryText(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 40) : undefined
}
