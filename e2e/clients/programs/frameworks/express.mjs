/** Express 4 and 5 are used the same way. */
export function createExpressApp(express, callOn) {
  const answer = (request, response, next) => callOn(request.query).then((body) => response.send(body), next)
  const orders = express.Router().get('/:order', answer)
  const shop = express.Router({ mergeParams: true }).use('/orders', orders)
  const app = express()
  app.get('/users/:id', answer)
  app.get('/broken/:id', () => {
    throw new Error('broken on purpose')
  })
  app.use('/shops/:shop', shop)
  app.use((_error, _request, response, _next) => response.status(500).end())
  return app
}
