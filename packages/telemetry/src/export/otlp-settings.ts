import fs from 'node:fs'
import type { Agent } from 'node:http'
import { parseKeyValues } from '../key-values.ts'

/** The destination of OTLP requests, and their options. */
export interface OtlpSettings {
  url: string
  headers: Readonly<Record<string, string>>
  compression: 'gzip' | 'none'
  /** A keep-alive agent with the configured certificates. */
  createAgent: (protocol: string) => Promise<Agent>
}

/**
 * Reads the standard variables for traces from the environment (OpenTelemetry protocol exporter, "Configuration
 * options"): `OTEL_EXPORTER_OTLP_TRACES_*`, else `OTEL_EXPORTER_OTLP_*`.
 */
export function readOtlpSettings(env: NodeJS.ProcessEnv): OtlpSettings {
  const general = (setting: string): string | undefined => env[`OTEL_EXPORTER_OTLP_${setting}`]?.trim() || undefined
  const setting = (name: string): string | undefined => general(`TRACES_${name}`) ?? general(name)
  const readFile = (name: string): Buffer | undefined => {
    const file = setting(name)
    return file === undefined ? undefined : fs.readFileSync(file)
  }
  const endpoint = general('ENDPOINT') ?? 'http://localhost:4318'
  const url = general('TRACES_ENDPOINT') ?? `${endpoint.replace(/\/$/, '')}/v1/traces`
  const certificates = {
    ca: readFile('CERTIFICATE'),
    cert: readFile('CLIENT_CERTIFICATE'),
    key: readFile('CLIENT_KEY'),
  }
  return {
    url: new URL(url).href,
    headers: { ...parseKeyValues(general('HEADERS')), ...parseKeyValues(general('TRACES_HEADERS')) },
    compression: setting('COMPRESSION') === 'gzip' ? 'gzip' : 'none',
    createAgent: async (protocol) => {
      if (protocol !== 'https:') return new (await import('node:http')).Agent({ keepAlive: true })
      return new (await import('node:https')).Agent({ keepAlive: true, ...certificates })
    },
  }
}
