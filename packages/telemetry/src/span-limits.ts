import { diag } from '@opentelemetry/api'
import type { SpanLimits } from '@opentelemetry/sdk-trace'
import { createEnvReader } from './env-reader.ts'

/**
 * Variables of each limit, the one that counts first (OpenTelemetry environment variables, "Attribute limits" and "Span
 * limits"); the `PER` ones are those of `@opentelemetry/sdk-node`.
 */
const VARIABLES: Record<keyof SpanLimits, readonly string[]> = {
  attributeValueLengthLimit: ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'],
  attributeCountLimit: ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
  eventCountLimit: ['OTEL_SPAN_EVENT_COUNT_LIMIT'],
  linkCountLimit: ['OTEL_SPAN_LINK_COUNT_LIMIT'],
  attributePerEventCountLimit: [
    'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
    'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT',
    'OTEL_ATTRIBUTE_COUNT_LIMIT',
  ],
  attributePerLinkCountLimit: [
    'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
    'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT',
    'OTEL_ATTRIBUTE_COUNT_LIMIT',
  ],
}

/**
 * The limits that the environment sets; the SDK has a default for each of the others. What is no number is passed over
 * with a warning (OpenTelemetry, "Environment variable specification", Numeric).
 */
export function readSpanLimits(env: NodeJS.ProcessEnv): SpanLimits {
  const reader = createEnvReader(env)
  const limits = Object.entries(VARIABLES).flatMap(([limit, names]): [string, number][] => {
    const value = names.map((name) => reader.count(name, undefined)).find((limitValue) => limitValue !== undefined)
    return value === undefined ? [] : [[limit, value]]
  })
  for (const problem of new Set(reader.problems)) diag.warn(`${problem}, so that variable is ignored`)
  return Object.fromEntries(limits)
}
