import os from 'node:os'
import type { Attributes } from '@opentelemetry/api'
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace'

type Resource = ReadableSpan['resource']

/**
 * What spans say of the program they come from: what `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` give, the host,
 * the process, and the SDK (OpenTelemetry semantic conventions 1.45, resource).
 */
export function createResource(env: NodeJS.ProcessEnv, serviceName: string): Resource {
  const listed = parseList(env.OTEL_RESOURCE_ATTRIBUTES ?? '')
  const attributes: Attributes = {
    'host.name': os.hostname(),
    'host.arch': process.arch,
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    ...listed,
    'service.name': env.OTEL_SERVICE_NAME?.trim() || listed['service.name'] || serviceName,
  }
  return sdkResource().merge({ attributes, getRawAttributes: () => Object.entries(attributes) } as unknown as Resource)
}

/** The SDK's own resource, from a span: what makes one is in a package that can't be had in the SDK's very copy. */
function sdkResource(): Resource {
  const span: unknown = new TracerProvider().getTracer('').startSpan('')
  return (span as ReadableSpan).resource
}

/** Percent-encoded members that have been checked before. */
function parseList(list: string): Record<string, string> {
  const members = list.split(',').filter(Boolean)
  return Object.fromEntries(members.map((member) => member.split('=').map((part) => decodeURIComponent(part.trim()))))
}
