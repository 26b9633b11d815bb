import { Router } from 'express'

export interface Health {
  /** `GET /health` (liveness) and `GET /health/ready`. */
  routes: Router
  isReady(): boolean
  setReady(ready: boolean): void
}

/** Liveness is true while the process answers; readiness is off until set, and off again during a drain. */
export function createHealth(): Health {
  let ready = false
  const routes = Router()
  routes.get('/health', (_request, response) => {
    response.json({ status: 'ok' })
  })
  routes.get('/health/ready', (_request, response) => {
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready' })
  })
  return {
    routes,
    isReady: () => ready,
    setReady: (value) => {
      ready = value
    },
  }
}
