import { b3App, bothApp, forwardingApp, w3cApp } from './behaviours.ts'
import type { Situated } from './fixture.ts'
import { b3multi, tracecontext } from './propagators.ts'

/** Healthy paths: nothing at warning or above may be found on them. */
export const healthyPaths: { title: string; path: Situated }[] = [
  { title: 'W3C apps, opentelemetry sidecars', path: { frontend: w3cApp, cart: w3cApp } },
  { title: 'W3C apps, entered at the app', path: { frontend: w3cApp, cart: w3cApp, entry: 'app' } },
  { title: 'B3 apps, zipkin sidecars', path: { frontend: b3App, cart: b3App, tracing: { tracer: 'zipkin' } } },
  {
    title: 'W3C apps, zipkin sidecars that speak both',
    path: { frontend: w3cApp, cart: w3cApp, tracing: { tracer: 'zipkin-w3c' } },
  },
  { title: 'apps without an SDK that forward headers', path: { frontend: forwardingApp, cart: { silent: true } } },
  {
    title: 'an app without an SDK before one with it',
    path: { frontend: forwardingApp, cart: w3cApp },
  },
  {
    title: 'the right order of two propagators',
    path: { frontend: bothApp(b3multi, tracecontext), cart: bothApp(b3multi, tracecontext) },
  },
  { title: 'no proxy that traces', path: { frontend: w3cApp, cart: w3cApp, tracing: { tracer: 'none' } } },
]
