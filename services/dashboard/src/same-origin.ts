import { ServiceError } from '@throughline/service-kit'
import type { RequestHandler } from 'express'

/** Browsers send Origin with every POST, so another site's page is refused; curl sends none and is allowed. */
export const sameOrigin: RequestHandler = (request, _response, next) => {
  const origin = request.get('origin')
  const host = origin && URL.canParse(origin) ? new URL(origin).host : origin
  if (origin !== undefined && host !== request.get('host')) {
    throw new ServiceError('TL_ORIGIN', 'the controls are for the page of this dashboard only')
  }
  next()
}
