import fs from 'node:fs'
import path from 'node:path'

/** What the contract test of a mesh has written (`e2e/contract/record.ts`). */
interface MeshRecord {
  cells: Record<string, { value: string; test: string } | undefined>
}

interface ComparedRow {
  /** As the contract test calls it. */
  row: string
  title: string
  /** What has changed since the comparison of 2020 that started this project (Consul 1.8, Istio 1.5). */
  since2020: string
}

const columns = { 'static-envoy': 'static Envoys', consul: 'Consul', istio: 'Istio' }

const rows: readonly ComparedRow[] = [
  { row: 'programs', title: 'programs', since2020: 'Consul is BUSL since 1.17; Istio is a CNCF project' },
  {
    row: 'mutual TLS',
    title: 'mutual TLS: what a caller outside the mesh gets',
    since2020: 'always in Consul; automatic in Istio since 1.5, strict is still a choice',
  },
  {
    row: 'what a denied caller sees',
    title: 'what a denied caller sees',
    since2020: 'Consul had TCP resets only; HTTP intentions came with 1.9',
  },
  { row: 'time to deny', title: 'time to deny', since2020: '' },
  { row: 'time to allow', title: 'time to allow', since2020: '' },
  {
    row: 'bypass: open',
    title: 'bypassing the sidecar: the app on every address',
    since2020: 'what that comparison found',
  },
  { row: 'bypass: socket', title: '… the app on a unix socket', since2020: 'new in Consul 1.10' },
  {
    row: 'bypass: loopback',
    title: '… the app on its pod’s loopback',
    since2020: 'worked with Istio before 1.10, not today',
  },
  { row: 'bypass: packet-filter', title: '… a packet filter (NetworkPolicy)', since2020: '' },
  { row: 'bypass: transparent-proxy', title: '… a transparent proxy', since2020: 'new in Consul 1.10' },
  { row: 'bypass: closed', title: '… strict mutual TLS', since2020: 'the same in Istio' },
  { row: 'hops in one trace', title: 'spans of one request', since2020: '' },
  { row: 'spans of a denied call', title: 'spans of a denied call', since2020: '' },
  {
    row: 'tracing: settings',
    title: 'tracing is set in',
    since2020: 'Consul: JSON in strings then and now; Istio: Telemetry instead of installer switches',
  },
  { row: 'tracing: lines', title: '… lines of configuration', since2020: '' },
  {
    row: 'tracing: sidecars restarted by a change',
    title: '… sidecars restarted when the tracer changes',
    since2020: '',
  },
  { row: 'latency against direct', title: 'latency of a request, as a multiple of a direct one', since2020: '' },
  { row: 'start to the first answer', title: 'start to the first answer', since2020: '' },
  { row: 'memory of the control plane', title: 'memory of the control plane', since2020: '' },
  { row: 'memory of a sidecar', title: 'memory of a sidecar', since2020: '' },
]

/** The page, from what has been measured; a mesh without figures is *not run*. */
export function comparisonPage(): string {
  const records = Object.keys(columns).map(readRecord)
  const tests: string[] = []
  const cell = (record: MeshRecord | undefined, row: string): string => {
    const found = record?.cells[row]
    if (found === undefined) return record === undefined ? '_not run_' : '–'
    if (!tests.includes(found.test)) tests.push(found.test)
    return `${shorten(found.value)} <sup>${tests.indexOf(found.test) + 1}</sup>`
  }
  const lines = rows.map(
    ({ row, title, since2020 }) =>
      `| ${[title, ...records.map((record) => cell(record, row)), since2020].join(' | ')} |`,
  )
  return [
    '# The meshes side by side',
    '',
    'One contract, `e2e/contract/mesh-contract.ts`, is run against each mesh with real programs and both services; it',
    'produces the figures on this page. `npm run compare` measures again on your machine, for each mesh whose programs it has',
    '(`npm run setup:consul`, `npm run setup:istio`), and rewrites this page. Times and memory come from one machine: compare',
    'them with each other only. A dash means that the mesh has no such option; _not run_ means that its programs were missing.',
    'The last column is for readers of the comparison that started this project, in 2020, of Consul 1.8 and Istio 1.5.',
    '',
    `| | ${[...Object.values(columns), 'since 2020'].join(' | ')} |`,
    `| --- |${' --- |'.repeat(records.length + 1)}`,
    ...lines,
    '',
    'Each figure comes from the test with its number:',
    '',
    ...tests.map((test, index) => `${index + 1}. ${test}`),
    '',
  ].join('\n')
}

/** What a check says at length: what was seen, without what it may mean. */
function shorten(value: string): string {
  return value.replace(/^(closed: )No bypass: ([^:]+).*$/, '$1$2').replaceAll('|', '\\|')
}

function readRecord(mesh: string): MeshRecord | undefined {
  const file = path.join(import.meta.dirname, `../../docs/reference/data/mesh-${mesh}.json`)
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as MeshRecord) : undefined
}
