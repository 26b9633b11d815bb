// @ts-check

const TRACE = '65a8d3c1f2e94b7081f198ee56343ba8'
const SIDECAR = '5c1deca200000001'
const CALLER = 'ca11e40000000001'

const W3C = { traceparent: `00-${TRACE}-${SIDECAR}-01` }
const B3 = { 'x-b3-traceid': TRACE, 'x-b3-spanid': SIDECAR, 'x-b3-parentspanid': CALLER, 'x-b3-sampled': '1' }

/** What a caller has received before it calls: nothing, or its own sidecar's headers. */
export const situations = {
  'at the root': {},
  called: { ...W3C, ...B3 },
  'called with an empty tracestate': { ...W3C, tracestate: '', ...B3 },
  'called with a tracestate': { ...W3C, tracestate: 'congo=t61rcWkgMzE', ...B3 },
  'called by us': { ...W3C, tracestate: `tl=p:${CALLER}`, ...B3 },
}
