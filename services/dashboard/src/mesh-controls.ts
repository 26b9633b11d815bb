import { limitInProgress, ServiceError } from '@throughline/service-kit'
import { json, Router, type RequestHandler } from 'express'
import { askBackend, type Backend } from './ask-backend.ts'
import { sameOrigin } from './same-origin.ts'

export interface MeshControlsOptions {
  /** The lab's control API; undefined = no controls, every route answers `TL_CONTROLS_OFF`. */
  url?: string | undefined
  /** Bearer token of that API; it stays on the server side. */
  token?: string | undefined
}

/** Of each control. */
const LIMITS = { running: 4, waiting: 16 }

const CONTROL_API: Backend = {
  name: 'the control API',
  code: 'TL_CONTROL_UNREACHABLE',
  // A tracer change restarts listeners, so it may take some seconds.
  timeoutMs: 15_000,
  maxBytes: 1024 * 1024,
}

/**
 * Forwards the lab's control API to the page, same-origin: `/api/mesh/status`, `/allow`, `/deny`, `/tracer`, `/set`, `/breaks`,
 * `/break`.
 */
export function meshControls({ url, token }: MeshControlsOptions): Router {
  const pass = (method: 'GET' | 'POST', action: string): RequestHandler => {
    return limitInProgress(LIMITS, async (request, response) => {
      if (!url) throw new ServiceError('TL_CONTROLS_OFF', 'no control API: MESH_CONTROL_URL is not set')
      const answer = await askBackend(`${url}/mesh/${action}`, CONTROL_API, {
        method,
        headers: { authorization: `Bearer ${token ?? ''}`, 'content-type': 'application/json' },
        ...(method === 'POST' && { body: JSON.stringify(request.body ?? {}) }),
      })
      response.status(answer.status).type('json').send(answer.body)
    })
  }
  const routes = Router()
  routes.get('/status', pass('GET', 'status'))
  routes.post('/allow', sameOrigin, pass('POST', 'allow'))
  routes.post('/deny', sameOrigin, pass('POST', 'deny'))
  routes.post('/tracer', sameOrigin, json({ limit: '1kb' }), pass('POST', 'tracer'))
  routes.get('/breaks', pass('GET', 'breaks'))
  routes.post('/break', sameOrigin, json({ limit: '1kb' }), pass('POST', 'break'))
  routes.post('/set', sameOrigin, json({ limit: '1kb' }), pass('POST', 'set'))
  return routes
}
