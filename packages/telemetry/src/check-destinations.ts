import http from 'node:http'
import net from 'node:net'
import { certificateProblem, CERTIFICATES } from './check-certificates.ts'
import type { EnvReader } from './env-reader.ts'
import type { ExporterName } from './exporter-names.ts'
import { parseKeyValues } from './key-values.ts'

const OTLP = 'OTEL_EXPORTER_OTLP_'
const FOR_TRACES = 'OTEL_EXPORTER_OTLP_TRACES_'
/** A name or an address. A URL may have more in its place: a list, or a placeholder that nothing has filled in. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])$/i

/**
 * Checks where spans are to go, for the exporters that are in use. The SDK warns of some of it, or of nothing, and goes
 * on to send spans to its default address or to none.
 */
export function checkDestinations(exporters: readonly ExporterName[], env: NodeJS.ProcessEnv, reader: EnvReader): void {
  if (exporters.includes('otlp')) checkOtlp(env, reader)
  if (exporters.includes('zipkin')) checkUrl('OTEL_EXPORTER_ZIPKIN_ENDPOINT', env, reader)
  if (exporters.includes('jaeger')) {
    if (checkUrl('OTEL_EXPORTER_JAEGER_ENDPOINT', env, reader) === undefined) checkAgentHost(env, reader)
    const port = reader.positive('OTEL_EXPORTER_JAEGER_AGENT_PORT', 6832)
    if (port > 65_535) reader.problems.push(`OTEL_EXPORTER_JAEGER_AGENT_PORT=${port} is not a port`)
  }
}

function checkOtlp(env: NodeJS.ProcessEnv, reader: EnvReader): void {
  const endpoint = nameOf('ENDPOINT', reader)
  const url = checkUrl(endpoint, env, reader)
  if (endpoint.startsWith(FOR_TRACES)) return checkRest(reader)
  if (url !== undefined && /[?#]/.test(env[endpoint] ?? '')) {
    // The SDK puts the path of traces behind whatever there is.
    reader.problems.push(`${endpoint}=${env[endpoint]} has a query: use ${FOR_TRACES}ENDPOINT for the whole address`)
  }
  return checkRest(reader)
}

function checkRest(reader: EnvReader): void {
  reader.oneOf(nameOf('COMPRESSION', reader), ['none', 'gzip'], 'none')
  for (const headers of [`${OTLP}HEADERS`, `${FOR_TRACES}HEADERS`]) checkHeaders(headers, reader)
  for (const kind of CERTIFICATES) {
    const name = nameOf(kind, reader)
    const file = reader.text(name)
    const problem = file === undefined ? undefined : certificateProblem(kind, file)
    if (problem !== undefined) reader.problems.push(`${name}=${file} ${problem}`)
  }
}

/** The variable that counts: the one for traces, unless only the general one is set. */
export function nameOf(setting: string, reader: EnvReader): string {
  return reader.text(FOR_TRACES + setting) === undefined ? OTLP + setting : FOR_TRACES + setting
}

/** Without trimming: exporters take the address as it is. */
function checkUrl(name: string, env: NodeJS.ProcessEnv, reader: EnvReader): URL | undefined {
  const value = env[name]
  if (value === undefined || value.trim() === '') return undefined
  const url = /^https?:\/\/[^\s"']+$/i.test(value) && URL.canParse(value) ? new URL(value) : undefined
  if (url !== undefined && HOST.test(url.hostname)) return url
  reader.problems.push(`${name}=${value} is not an address like http://collector:4318, without quotes or spaces`)
  return undefined
}

/** Without trimming, too. Nothing answers over UDP, so spans that go nowhere would never be missed. */
function checkAgentHost(env: NodeJS.ProcessEnv, { problems }: EnvReader): void {
  const host = env.OTEL_EXPORTER_JAEGER_AGENT_HOST ?? ''
  if (host === '' || HOST.test(host) || net.isIPv6(host)) return
  problems.push(`OTEL_EXPORTER_JAEGER_AGENT_HOST=${host} is not a name or an address alone`)
}

function checkHeaders(name: string, reader: EnvReader): void {
  const members = (reader.text(name) ?? '').split(',').filter((member) => member.trim() !== '')
  // The member itself may be a secret.
  const at = members.findIndex((member) => !/^\s*[^=;\s][^=;]*=/.test(member))
  if (at !== -1) reader.problems.push(`${name} has no name=value as its member ${at + 1}`)
  for (const [header, value] of Object.entries(parseKeyValues(reader.text(name)))) {
    try {
      http.validateHeaderName(header)
      http.validateHeaderValue(header, value)
    } catch {
      // Its value may be a secret.
      reader.problems.push(`${name} has a header named ${header}, which HTTP can't send`)
    }
  }
}
