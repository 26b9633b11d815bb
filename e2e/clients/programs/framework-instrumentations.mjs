// Preloaded after telemetry: the instrumentations by OpenTelemetry and by the frameworks' authors.
import { register } from 'node:module'

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
const { FastifyOtelInstrumentation } = await import('@fastify/otel')
const { registerInstrumentations } = await import('@opentelemetry/instrumentation')
const { ExpressInstrumentation } = await import('@opentelemetry/instrumentation-express')
const { KoaInstrumentation } = await import('@opentelemetry/instrumentation-koa')
const { NestInstrumentation } = await import('@opentelemetry/instrumentation-nestjs-core')

registerInstrumentations({
  instrumentations: [
    new ExpressInstrumentation(),
    new FastifyOtelInstrumentation({ registerOnInitialization: true }),
    new KoaInstrumentation(),
    new NestInstrumentation(),
  ],
})
