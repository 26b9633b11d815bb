import { ServiceError } from '@throughline/service-kit'
import { json, Router } from 'express'
import { sameOrigin } from '../same-origin.ts'
import type { Traffic } from './traffic.ts'
import { parseTrafficChange, TRAFFIC_RATES } from './traffic-settings.ts'

const BURST = 50

/**
 * The dashboard's own requests: `GET /api/traffic`, `POST /api/traffic` `{ rate?, fault?, propagation? }`,
 * `POST /api/traffic/once`, `/burst` and `/crash`. Faults need `FAULTS=on`, else 404 `TL_FAULTS_OFF`.
 */
export function trafficRoutes({ traffic, faults }: { traffic: Traffic; faults: boolean }): Router {
  const routes = Router()
  routes.get('/', (_request, response) => {
    response.set('cache-control', 'no-store').json(traffic.settings())
  })
  routes.post('/', sameOrigin, json({ limit: '1kb' }), (request, response) => {
    const change = parseTrafficChange(request.body)
    if (!change) {
      throw new ServiceError(
        'TL_BAD_REQUEST',
        `rate is one of ${TRAFFIC_RATES.join(', ')}; fault is null, delay:<ms>, trickle:<ms> or error:<share>; propagation is true or false`,
      )
    }
    if (!faults && (change.fault || change.propagation === false)) throw faultsOff()
    traffic.change(change)
    response.json(traffic.settings())
  })
  routes.post('/once', sameOrigin, (_request, response) => {
    traffic.burst(1)
    response.status(202).json(traffic.settings())
  })
  routes.post('/burst', sameOrigin, (_request, response) => {
    traffic.burst(BURST)
    response.status(202).json(traffic.settings())
  })
  routes.post('/crash', sameOrigin, (_request, response) => {
    if (!faults) throw faultsOff()
    traffic.crash()
    response.status(202).json(traffic.settings())
  })
  return routes
}

function faultsOff(): ServiceError {
  return new ServiceError('TL_FAULTS_OFF', 'faults are off: start both services with FAULTS=on')
}
