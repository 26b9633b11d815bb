import { UsageError } from './usage-error.ts'

export interface ListenPorts {
  host: string
  grpc?: number
  http?: number
  zipkin?: number
}

const DEFAULT_PORTS: Record<string, 'grpc' | 'http' | 'zipkin'> = { 4317: 'grpc', 4318: 'http', 9411: 'zipkin' }

/** Reads `--listen`: ports that name their protocol, or are known for one. */
export function parseListen(value: string, host: string): ListenPorts {
  const ports: ListenPorts = { host }
  for (const part of value.split(',')) {
    const [, name, port = ''] = /^(?:(grpc|http|zipkin)=)?(\d{1,5})$/.exec(part.trim()) ?? []
    const protocol = (name as 'grpc' | 'http' | 'zipkin' | undefined) ?? DEFAULT_PORTS[port]
    if (protocol === undefined || Number(port) > 65_535) {
      throw new UsageError(`--listen takes 4317, 4318, 9411, or grpc=PORT, http=PORT, zipkin=PORT, not ${part}`)
    }
    ports[protocol] = Number(port)
  }
  return ports
}
