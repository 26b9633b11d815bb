import Router from '@koa/router'
import Koa from 'koa'

/** @param middleware of every route */
export function createKoaApp(callOn, middleware = (_ctx, next) => next()) {
  // A function for each: instrumentation of Koa follows the first route that a function serves.
  const answer = () => async (ctx) => {
    ctx.body = await callOn(ctx.query)
  }
  const orders = new Router().get('/:order', answer())
  const shop = new Router().use('/orders', orders.routes())
  const router = new Router().use(middleware).get('/users/:id', answer())
  router.get('/broken/:id', () => {
    throw new Error('broken on purpose')
  })
  router.use('/shops/:shop', shop.routes())
  const app = new Koa().use(router.routes())
  app.silent = true
  return app
}
