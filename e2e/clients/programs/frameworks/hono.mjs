import { Hono } from 'hono'

/** @param middleware of every request */
export function createHonoApp(callOn, middleware = (_c, next) => next()) {
  const answer = async (c) => c.text(await callOn(c.req.query()))
  const orders = new Hono().get('/:order', answer)
  const app = new Hono().use(middleware).get('/users/:id', answer)
  app.get('/broken/:id', () => {
    throw new Error('broken on purpose')
  })
  app.onError((_error, c) => c.text('broken', 500))
  return app.route('/shops/:shop', new Hono().route('/orders', orders))
}
