import type { Json } from '@throughline/lab-kube-api'
import { isRecord } from '@throughline/trace-store'
import { httpRequest } from '@throughline/lab-programs'

/** An object in Envoy's `/config_dump`. */
export interface DumpNode {
  [key: string]: Json
}

/** The value, when it is a node, and every node below it. */
export function* nodesIn(value: Json): Generator<DumpNode> {
  if (Array.isArray(value)) for (const entry of value) yield* nodesIn(entry)
  if (!isRecord(value)) return
  yield value
  for (const child of Object.values(value)) yield* nodesIn(child)
}

/** A percentage, from 0 to 100. Envoy leaves out what is zero. */
export function percentageOf(value: Json | undefined): number {
  return isRecord(value) ? Number(value['value'] ?? 0) : 0
}

/** The part of the dump about one resource, such as `dynamic_listeners`. @throws when the admin address doesn't answer */
export async function readConfigDump<Entry>(adminUrl: string, resource: string): Promise<Entry[]> {
  const { body } = await httpRequest(`${adminUrl}/config_dump?resource=${resource}`)
  return (JSON.parse(body) as { configs?: Entry[] }).configs ?? []
}
