import type { Fix } from './finding.ts'

/** How to make an app extract and inject context. */
export const PROPAGATOR_FIXES: Fix[] = [
  {
    text: 'set OTEL_PROPAGATORS=tracecontext,baggage, and instrument both the server and the HTTP client; without an SDK, copy traceparent, tracestate, x-b3-* and x-request-id from the request to each call it makes',
  },
  {
    language: 'nodejs',
    text: 'load the SDK before anything else (node --import ./telemetry.js main.js), with instrumentation for the HTTP client that is used: instrumentation-http does not see fetch, instrumentation-undici does',
  },
  {
    language: 'python',
    text: 'start it with opentelemetry-instrument, with the instrumentation of the client that is used (requests, httpx, urllib3, aiohttp), and OTEL_PROPAGATORS=tracecontext,baggage',
  },
  {
    language: 'go',
    text: 'call otel.SetTextMapPropagator(propagation.TraceContext{}) once (Go’s default propagates nothing), wrap the transport with otelhttp.NewTransport, and pass the request’s context: http.NewRequestWithContext(r.Context(), …)',
  },
  {
    language: 'java',
    text: 'run with -javaagent:opentelemetry-javaagent.jar and -Dotel.propagators=tracecontext,baggage; a client that is created by hand needs its own instrumentation',
  },
  {
    language: 'dotnet',
    text: 'call AddAspNetCoreInstrumentation() and AddHttpClientInstrumentation(); make calls with the HttpClient that they instrument',
  },
]
