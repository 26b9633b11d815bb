/**
 * A list such as `OTEL_EXPORTER_OTLP_HEADERS` has: `key1=value1,key2=value2`, both percent-encoded (OpenTelemetry
 * protocol exporter, "Specifying headers via environment variables"). Members without a key or a value are left out.
 */
export function parseKeyValues(list: string | undefined): Record<string, string> {
  const pairs = (list ?? '').split(',').flatMap((member): [string, string][] => {
    const [pair = ''] = member.split(';')
    const at = pair.indexOf('=')
    const [key, value] = [decode(pair.slice(0, at)), decode(pair.slice(at + 1))]
    return at === -1 || key === '' || value === '' ? [] : [[key, value]]
  })
  return Object.fromEntries(pairs)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return text.trim()
  }
}
