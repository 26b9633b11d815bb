/** Fastify 4 and 5 are used the same way. */
export async function createFastifyApp(fastify, callOn) {
  const app = fastify()
  const answer = (request) => callOn(request.query)
  const orders = async (scope) => scope.get('/:order', answer)
  const shop = async (scope) => scope.register(orders, { prefix: '/orders' })
  app.get('/users/:id', answer)
  app.get('/broken/:id', async () => {
    throw new Error('broken on purpose')
  })
  await app.register(shop, { prefix: '/shops/:shop' })
  return app
}
