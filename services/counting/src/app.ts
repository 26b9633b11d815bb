import os from 'node:os'
import { createServiceApp, methodNotAllowed, type ServiceAppOptions } from '@throughline/service-kit'
import type { Express } from 'express'
import type { Counter } from './counter.ts'
import { explainRequest } from './explain.ts'
import { faultInjection } from './faults.ts'

export interface CountingAppOptions extends Omit<ServiceAppOptions, 'routes'> {
  counter: Counter
  /** Honour faults that a caller requests in its baggage; default false. */
  faults?: boolean
}

/** Counting as an Express app that does not listen. Only `GET /` counts: no other path, no other method. */
export function createApp({ counter, faults = false, ...kit }: CountingAppOptions): Express {
  const counted = kit.metrics.counter({ name: 'counting_counts_total', help: 'Counts answered.' })
  const hostname = os.hostname()
  return createServiceApp({
    ...kit,
    routes: (app) => {
      // Express answers HEAD with a GET route, and a HEAD must not count, so it is refused here.
      app.head('/', methodNotAllowed('GET'))
      if (faults) app.get('/', faultInjection(kit.logger))
      app.get('/', (request, response) => {
        counted.inc()
        const explain = explainRequest(request.headers)
        response.json({ count: counter.next(), hostname, ...(explain && { explain }) })
      })
      app.all('/', methodNotAllowed('GET'))
    },
  })
}
