// @ts-check

/**
 * Two sentences for each part of the page, and the guide that says more.
 *
 * @type {Readonly<Record<string, { title: string, text: string, guide: string }>>}
 */
export const helpTexts = {
  path: {
    title: 'Path of one request',
    text: 'Squares are applications, circles are the sidecars beside them; the path is drawn from the spans of the newest trace. A dot travels it in proportion to the time spent at each hop.',
    guide: '02-see-a-trace',
  },
  sidecar: {
    title: 'Sidecar',
    text: 'A proxy (Envoy) beside an application: requests enter and leave through it, and it encrypts, checks rules and reports spans. Inbound, it stands before its own application; outbound, it stands before the one that is called.',
    guide: '01-run-locally',
  },
  gateway: {
    title: 'Gateway',
    text: 'A proxy at the edge of the mesh: requests from outside enter through it. It has no application beside it, and passes them on to the sidecar of the first one.',
    guide: 'istio-on-kubernetes',
  },
  mtls: {
    title: 'Mutual TLS',
    text: 'Between sidecars the connection is encrypted, and each side proves its identity with a certificate. Rules of the mesh are about these identities, not about addresses.',
    guide: '05-istio',
  },
  trace: {
    title: 'Trace',
    text: 'Each row is a span: one hop’s account of the request, indented below its parent. The trace is whole when every hop is the child of the one before it; select a row for its attributes and headers.',
    guide: '02-see-a-trace',
  },
  access: {
    title: 'Access rule',
    text: 'Allows or denies the dashboard’s calls to counting, in the mesh itself. A denied call ends at counting’s sidecar with HTTP 403 and leaves no span of counting.',
    guide: '04-consul',
  },
  propagation: {
    title: 'Propagation',
    text: 'Only the application knows that a request it receives and a call it makes belong together, so it must propagate the trace headers. Otherwise the next sidecar starts a new trace.',
    guide: '03-break-propagation',
  },
  tracer: {
    title: 'Sidecar tracer',
    text: 'The tracer decides which headers the sidecars read and write: W3C, B3, or Datadog’s. The services send and read all of them, so the trace stays whole under each.',
    guide: '03-break-propagation',
  },
  fault: {
    title: 'Fault in counting',
    text: 'Makes counting slow or failing, request by request. The fault travels as baggage through every proxy.',
    guide: '01-run-locally',
  },
  findings: {
    title: 'Findings',
    text: 'Sends some probes along this path, reads their spans, and names the hop that breaks the trace, the cause and the fix: the same rules as the command throughline verify. A situation of the list breaks the trace for real, until it is repaired.',
    guide: '08-verify',
  },
  traffic: {
    title: 'Traffic',
    text: 'Requests that the dashboard sends itself; “Auto” is one a second while a page is open. They enter behind the dashboard’s own inbound sidecar, so they can have one hop less than a request of this browser.',
    guide: '02-see-a-trace',
  },
  bypass: {
    title: 'Bypass of the sidecar',
    text: 'The address of counting’s application itself: a caller that reaches it passes no sidecar, and no rule of the mesh applies. A probe calls it once from the dashboard.',
    guide: '04-consul',
  },
  settings: {
    title: 'Settings of the mesh',
    text: 'What else this mesh lets the page change. The choice shown is the one in force, as the mesh reports it.',
    guide: '04-consul',
  },
  history: {
    title: 'History',
    text: 'One bar for each second: its shape and colour show the worst state, its height the slowest request. Select a request in the list to see its trace.',
    guide: '02-see-a-trace',
  },
  checks: {
    title: 'Checks',
    text: 'Probes of the mesh from where the dashboard stands: rule, mutual TLS, bypass, configuration of the sidecars. Each shows the command that gives the same answer by hand.',
    guide: '01-run-locally',
  },
}
