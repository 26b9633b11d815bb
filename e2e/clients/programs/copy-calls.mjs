import http from 'node:http'
import { createForwardFetch } from '@throughline/propagation/fetch'
import { createForwardRequest } from '@throughline/propagation/http-client'
import { createTelemetry } from '@throughline/telemetry'

const finished = (start) =>
  new Promise((resolve, reject) => {
    start((response) => response.on('end', resolve).on('error', reject).resume()).on('error', reject)
  })

/** Starts the telemetry of this copy, as a program unaware of a preload does. */
export async function startTelemetry() {
  const telemetry = await createTelemetry({ serviceName: 'copy' })
  telemetry.start()
}

/** Calls of this copy of the libraries. */
export const calls = {
  fetch: async (url) => (await createForwardFetch()(url)).text(),
  'http.get': (url) => finished((done) => createForwardRequest(http.get)(url, done)),
  'plain fetch': async (url) => (await createForwardFetch((...args) => fetch(...args))(url)).text(),
}
