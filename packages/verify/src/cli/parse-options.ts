import http from 'node:http'
import { parseArgs } from 'node:util'
import type { Level } from '../findings/finding.ts'
import { type ClusterOptions, isInCluster, parseCluster } from './cluster-options.ts'
import { findOfRequests, isFilesAlone } from './manifest-options.ts'
import { type ListenPorts, parseListen } from './listen-ports.ts'
import { refusedArguments, UsageError } from './usage-error.ts'

type Format = 'text' | 'json' | 'junit' | 'markdown' | 'sarif'

export interface VerifyCommand {
  /** Undefined with `--from`, and with a cluster. */
  url: string | undefined
  /** `--context`; undefined without it. */
  cluster: ClusterOptions | undefined
  traces: string | undefined
  tracesHeaders: Record<string, string>
  tracesCa: string | undefined
  listen: ListenPorts | undefined
  envoys: string[]
  inside: string | undefined
  bypass: string | undefined
  expect: string[] | undefined
  method: string
  headers: Record<string, string>
  repeat: number
  timeoutMs: number
  settleMs: number
  format: Format
  /** `--sarif`: a file that gets the findings in SARIF, beside what is printed. */
  sarif: string | undefined
  /** `--manifests`: files, a folder, or `-`; alone they are judged without a request. */
  manifests: string | undefined
  /** Namespace of manifests that name none. */
  home: string
  level: Level
  only: string[]
  skip: string[]
  save: string | undefined
  from: string | undefined
}

const text = { type: 'string' } as const
const texts = { type: 'string', multiple: true } as const

/** Reads the arguments after `verify`. Throws a UsageError that says what to write instead. */
export function parseVerifyCommand(args: string[]): VerifyCommand {
  const { values, positionals } = parse(args)
  const [url, ...rest] = positionals
  if (rest.length > 0) throw new UsageError(`one URL, not also ${rest.join(' ')}`)
  const { from, manifests } = values
  const judgesFiles = isFilesAlone(url, values)
  if (!judgesFiles) requireRequest(url, values)
  const cluster = from === undefined && !judgesFiles ? parseCluster(url, values) : undefined
  requireBackend(values, from !== undefined || judgesFiles, cluster !== undefined)
  return {
    url: url === undefined || cluster !== undefined ? undefined : httpUrl('the URL', url),
    cluster,
    traces: values.traces === undefined || isInCluster(values.traces) ? undefined : parseTraces(values.traces),
    tracesHeaders: parseHeaders('--traces-header', values['traces-header'] ?? []),
    tracesCa: parseFile('--traces-ca', values['traces-ca']),
    listen: values.listen === undefined ? undefined : parseListen(values.listen, values['listen-host'] ?? '127.0.0.1'),
    envoys: (values.envoy ?? []).map((admin) => httpUrl('--envoy', admin)),
    inside: values.inside === undefined ? undefined : httpUrl('--inside', values.inside),
    bypass: values.bypass === undefined ? undefined : parseBypass(values.bypass),
    expect: values.expect === undefined ? undefined : parseExpect(values.expect),
    method: parseMethod(values.method ?? 'GET'),
    headers: requireOwnHeaders(parseHeaders('--header', values.header ?? [])),
    repeat: parseNumber('--repeat', values.repeat ?? '2', 1, 5),
    timeoutMs: 1000 * parseNumber('--timeout', values.timeout ?? '10', 0.1, 120),
    settleMs: 1000 * parseNumber('--settle', values.settle ?? '6.5', 0, 120),
    format: oneOf('--format', values.format ?? 'text', ['text', 'json', 'junit', 'markdown', 'sarif']),
    level: oneOf('--level', values.level ?? 'error', ['error', 'warning', 'note']),
    only: parseIds('--only', values.only ?? []),
    skip: parseIds('--skip', values.skip ?? []),
    save: parseFile('--save', values.save),
    from: parseFile('--from', from),
    sarif: parseFile('--sarif', values.sarif),
    manifests,
    home: values.namespace ?? 'default',
  }
}

type Values = ReturnType<typeof parse>['values']

/** Something has to be asked: a URL, a cluster, or a file of evidence. */
function requireRequest(url: string | undefined, values: Values): void {
  const { from, context } = values
  if (from === undefined && url === undefined && context === undefined)
    throw new UsageError('which URL? throughline verify URL --traces BACKEND')
  if (from !== undefined && (url !== undefined || context !== undefined)) {
    throw new UsageError('--from judges a file: it takes no URL and no --context')
  }
  const given = from === undefined ? undefined : findOfRequests({ ...values, expect: undefined })
  if (given !== undefined) throw new UsageError(`--from judges a file, and sends no request: leave --${given} out`)
}

function requireBackend({ traces, listen }: Values, isOffline: boolean, inCluster: boolean): void {
  const named = [traces, listen].filter((value) => value !== undefined).length
  if (isOffline || named === 1 || (inCluster && named === 0)) return
  throw new UsageError('where are the spans? One of --traces URL (Jaeger, Zipkin, Tempo) and --listen PORTS')
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        context: text,
        namespace: { ...text, short: 'n' },
        traces: text,
        'traces-header': texts,
        'traces-ca': text,
        listen: text,
        'listen-host': text,
        envoy: texts,
        inside: text,
        bypass: text,
        expect: text,
        method: text,
        header: { ...texts, short: 'H' },
        repeat: text,
        timeout: text,
        settle: text,
        format: text,
        level: text,
        only: texts,
        skip: texts,
        save: text,
        from: text,
        manifests: text,
        sarif: text,
      },
    })
  } catch (error) {
    throw refusedArguments(error)
  }
}

function httpUrl(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    if (canDecode(url)) return value
    // The address is not repeated, because it holds a password.
    throw new UsageError(`${name}: write %25 for a % in its user name or password`)
  }
  throw new UsageError(`${name} must begin with http:// or https://, not ${value}`)
}

/** Node throws only when it sends to an address whose credentials it can't decode. */
function canDecode({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username)
    decodeURIComponent(password)
    return true
  } catch {
    return false
  }
}

/** A URL, or the path of a file, with or without a kind before it. */
function parseTraces(value: string): string {
  const [, kind, place = ''] = /^(?:(jaeger|zipkin|tempo|otlp)=)?(.*)$/s.exec(value) ?? []
  const wantsUrl = kind === undefined ? /^[a-z][a-z\d+.-]*:\/\//i.test(place) : kind !== 'otlp'
  const unknown = /^([\w-]+)=https?:/i.exec(place)?.[1]
  if (unknown !== undefined) {
    throw new UsageError(`--traces: ${unknown} is no kind of backend: jaeger, zipkin, tempo and otlp are`)
  }
  if (wantsUrl) return httpUrl('--traces', place) && value
  if (place !== '') return value
  throw new UsageError('--traces is a URL or a file of OTLP in JSON, not empty')
}

function parseFile(name: string, value: string | undefined): string | undefined {
  if (value === undefined || !/^$|\0/.test(value)) return value
  throw new UsageError(`${name} is the path of a file, not ${value === '' ? 'empty' : 'a name with a NUL'}`)
}

function parseBypass(value: string): string {
  if (/^https?:\/\//i.test(value)) return httpUrl('--bypass', value)
  const url = URL.canParse(`http://${value}/`) ? new URL(`http://${value}/`) : undefined
  if (url?.pathname === '/' && url.search + url.hash + url.username === '') return value
  throw new UsageError(`--bypass is HOST:PORT or a URL, not ${value}`)
}

function parseHeaders(name: string, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    values.map((value) => {
      const [, header, content] = /^([!#$%&'*+.^_`|~\w-]+):(.*)$/.exec(value) ?? []
      // The value is not repeated, because it may be a password.
      if (header === undefined || content === undefined) throw new UsageError(`${name} wants 'Name: value'`)
      const trimmed = content.trim()
      try {
        http.validateHeaderValue(header, trimmed)
      } catch {
        throw new UsageError(`${name} ${header}: its value has characters that a header can't carry`)
      }
      return [header.toLowerCase(), trimmed]
    }),
  )
}

const PROBE_HEADERS = new Set([
  'traceparent',
  'tracestate',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-sampled',
  'x-b3-flags',
])

function requireOwnHeaders(headers: Record<string, string>): Record<string, string> {
  const reserved = Object.keys(headers).find((name) => PROBE_HEADERS.has(name))
  if (reserved === undefined) return headers
  throw new UsageError(`${reserved} is the probes’ own header: they send it in the ways that they compare`)
}

function parseMethod(value: string): string {
  if (/^[A-Z]{1,20}$/.test(value)) return value
  throw new UsageError(`--method is a name in capitals such as GET, not ${value}`)
}

function parseExpect(value: string): string[] {
  const services = value.split('>').map((name) => name.trim())
  if (services.every((service) => service !== '')) return services
  throw new UsageError(`--expect is a list of services such as 'frontend > cart', not ${value}`)
}

function parseNumber(name: string, value: string, least: number, most: number): number {
  const number = Number(value)
  if (value.trim() !== '' && number >= least && number <= most) return name === '--repeat' ? Math.floor(number) : number
  throw new UsageError(`${name} is a number from ${least} to ${most}, not ${value}`)
}

function oneOf<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found !== undefined) return found
  throw new UsageError(`${name} is one of ${choices.join(', ')}, not ${value}`)
}

function parseIds(name: string, values: readonly string[]): string[] {
  const ids = values.flatMap((value) => value.split(',')).map((id) => id.trim().toUpperCase())
  const wrong = ids.find((id) => !/^TLV\d{3}$/.test(id))
  if (wrong === undefined) return ids
  throw new UsageError(`${name} takes ids such as TLV104, not ${wrong}`)
}
