import { type RequestHandler, Router } from 'express'
import { catalogue, explain } from 'throughline'

/** `GET /TLV104.md`: the page of one finding, as Markdown that is readable as plain text. */
export function findingPages(): Router {
  return Router().get('/:id.md', sendPage)
}

const sendPage: RequestHandler<{ id: string }> = ({ params }, response, next) => {
  const rule = catalogue.find(({ id }) => id === params.id)
  if (rule === undefined) return next()
  response.type('text/plain').send(explain(rule))
}
