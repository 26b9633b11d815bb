const TRACE = '80f198ee56343ba864fe8b2a57d3eff7'
const APP = 'aaaaaaaaaaaaaaa1'
const SIDECAR = 'eeeeeeeeeeeeeee2'

/** Headers of every request, so that a lookup costs the same as in a service. */
const ORDINARY = {
  host: 'counting:9001',
  accept: 'application/json',
  'user-agent': 'axios/1',
  'x-forwarded-proto': 'http',
  'content-type': 'application/json',
}

const W3C = { traceparent: `00-${TRACE}-${APP}-01`, tracestate: `tl=p:${APP},dd=s:1;p:${APP},congo=t61rcWkgMzE` }
const B3 = { 'x-b3-traceid': TRACE, 'x-b3-spanid': SIDECAR, 'x-b3-parentspanid': APP, 'x-b3-sampled': '1' }

/** Requests as they reach an application: without a trace, from one format's tracer, and with everything at once. */
export const SCENARIOS: Readonly<Record<'none' | 'w3c' | 'b3' | 'all', Readonly<Record<string, string>>>> = {
  none: ORDINARY,
  w3c: { ...ORDINARY, ...W3C },
  b3: { ...ORDINARY, ...B3 },
  all: {
    ...ORDINARY,
    ...W3C,
    ...B3,
    baggage: 'user.id=17,tenant=acme;plan=pro,region=eu-central-1,session=b3f1%2D42',
    'x-request-id': '9b2f1c04-7d3e-9a55-8f10-3c2a6b7d8e9f',
  },
}
