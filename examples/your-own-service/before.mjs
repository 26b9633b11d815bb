import axios from 'axios'
import express from 'express'

const prices = axios.create({ baseURL: process.env.UPSTREAM_URL })
const app = express()

app.get('/shop', async (_request, response) => {
  const { data } = await prices.get('/')
  response.json(data)
})

const server = app.listen(Number(process.env.PORT ?? 0), process.env.HOST ?? '127.0.0.1', () =>
  console.log(server.address().port),
)
