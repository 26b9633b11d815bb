import fs from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'

const root = path.join(import.meta.dirname, '../..')

interface ComposeService {
  image?: string
  build?: { target: string }
  profiles?: string[]
  command?: string[]
  environment?: Record<string, string>
  ports?: string[]
  healthcheck?: object
  user?: string
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  mem_limit?: string
  pids_limit?: number
  volumes?: string[]
}

export interface ComposeFile {
  'x-images': Images
  services: Record<string, ComposeService>
}

/** Every third-party image, by its role. */
export type Images = Record<'node' | 'envoy' | 'jaeger' | 'consul' | 'zipkin' | 'prometheus' | 'grafana', string>

/** `docker-compose.yml` as text and as data. */
export async function readComposeFile(): Promise<{ text: string; data: ComposeFile }> {
  const text = await fs.readFile(path.join(root, 'docker-compose.yml'), 'utf8')
  return { text, data: parse(text, { merge: true }) as ComposeFile }
}

export async function readImages(): Promise<Images> {
  return (await readComposeFile()).data['x-images']
}
