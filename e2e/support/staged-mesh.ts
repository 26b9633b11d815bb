import type http from 'node:http'
import type { Bypass, Mesh, Setting, SidecarStatus } from '@throughline/lab-meshes'
import { startServer } from '@throughline/lab-testkit'

const setting = (name: string, label: string, choices: [value: string, label: string, effect: string][]): Setting => ({
  name,
  label,
  value: choices[0]?.[0] ?? '',
  choices: choices.map(([value, text, effect]) => ({ value, label: text, effect })),
})

/** What a caller of counting sees on the wire. */
const answers: Record<string, http.RequestListener> = {
  allow: (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"count":1234,"hostname":"counting-0"}')
  },
  deny: (_request, response) => void response.writeHead(403).end('RBAC: access denied'),
  tcp: (request) => void request.socket.resetAndDestroy(),
}

/**
 * A fake mesh for tests of the page: its settings, and servers in place of the sidecar's listener and counting's own
 * port that answer accordingly. Real meshes have their own tests.
 */
export async function createStagedMesh() {
  const settings = [
    setting('rule', 'Rule for dashboard → counting', [
      ['allow', 'Allow', 'Every call goes through.'],
      ['deny', 'Deny', 'Calls are refused with 403 by counting’s sidecar, before counting sees them.'],
      ['tcp', 'Deny on TCP', 'The connection is reset: the caller can’t tell a denial from a crash.'],
    ]),
    setting('mtls', 'Mutual TLS', [
      ['strict', 'Strict', 'A caller without a certificate is hung up on.'],
      [
        'permissive',
        'Permissive',
        'Plain text is accepted as well: every client that reaches the port gets an answer.',
      ],
    ]),
  ]
  const stage = {
    settings,
    /** The reported state of counting's own port, separate from `bypassAnswer` so that the two can differ. */
    closed: false,
    bypassAnswer: 'allow',
    /** What differs from a sidecar that is ready, by its name. */
    sidecars: {} as Record<string, Partial<SidecarStatus>>,
    /** Outcomes to serve instead of the next ones. */
    stale: [] as string[],
    /** The number of stale outcomes after each change. */
    staleAfterChange: 0,
    requests: 0,
    /** What a change waits for before it is in force, and then before it is answered. */
    before: Promise.resolve(),
    after: Promise.resolve(),
    failure: undefined as Error | undefined,
    access: () => (rule() === 'allow' ? ('allowed' as const) : ('denied' as const)),
  }
  const rule = (): string => settings[0]?.value ?? ''
  const upstream = await startServer((request, response) => {
    stage.requests++
    answers[stage.stale.shift() ?? rule()]?.(request, response)
  })
  const bypassServer = await startServer((request, response) => answers[stage.bypassAnswer]?.(request, response))
  const bypass = (): Bypass => ({
    address: bypassServer.url,
    closed: stage.closed,
    reason: stage.closed ? 'A packet filter admits the sidecar’s port only.' : 'Counting listens on 0.0.0.0.',
  })
  const sidecar = (name: string): SidecarStatus => ({ name, state: 'ready', restarts: 0, ...stage.sidecars[name] })
  const set: Mesh['set'] = async ({ name, value }) => {
    await stage.before
    if (stage.failure) throw stage.failure
    for (let i = 0; i < stage.staleAfterChange; i++) stage.stale.push(rule())
    const found = settings.find((each) => each.name === name)
    if (found) found.value = value
    await stage.after
  }
  const mesh: Mesh = {
    name: 'staged',
    start: async () => {},
    stop: async () => {},
    allow: () => set({ name: 'rule', value: 'allow' }),
    deny: () => set({ name: 'rule', value: 'deny' }),
    tracing: async () => {},
    set,
    status: async () => ({
      mesh: 'staged',
      tracer: 'zipkin',
      tracers: ['zipkin', 'none'],
      access: stage.access(),
      sidecars: [sidecar('dashboard-sidecar'), sidecar('counting-sidecar')],
      settings: stage.settings,
      bypass: bypass(),
      links: [
        { label: 'Mesh UI', url: `${bypassServer.url}/ui` },
        { label: 'No link', url: 'javascript:window.hacked=1' },
      ],
    }),
    get bypass() {
      return bypass()
    },
    pids: () => ({}),
  }
  return {
    mesh,
    stage,
    upstreamUrl: upstream.url,
    bypassUrl: bypassServer.url,
    async [Symbol.asyncDispose]() {
      await upstream[Symbol.asyncDispose]()
      await bypassServer[Symbol.asyncDispose]()
    },
  }
}
