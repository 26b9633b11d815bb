import { httpRequest } from '@throughline/lab-programs'

/** What Envoy's `/config_dump` is made of. */
export type Json = string | number | boolean | null | Json[] | DumpNode
export interface DumpNode {
  [key: string]: Json
}

export function isNode(value: Json | undefined): value is DumpNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value, when it is a node, and every node below it. */
export function* nodesIn(value: Json): Generator<DumpNode> {
  if (Array.isArray(value)) for (const one of value) yield* nodesIn(one)
  if (!isNode(value)) return
  yield value
  for (const one of Object.values(value)) yield* nodesIn(one)
}

/** A percentage, from 0 to 100. Envoy leaves out what is zero. */
export function percentageOf(value: Json | undefined): number {
  return isNode(value) ? Number(value['value'] ?? 0) : 0
}

/** What the dump holds of one resource, such as `dynamic_listeners`. @throws when the admin address doesn't answer */
export async function readConfigDump<Entry>(adminUrl: string, resource: string): Promise<Entry[]> {
  const { body } = await httpRequest(`${adminUrl}/config_dump?resource=${resource}`)
  return (JSON.parse(body) as { configs?: Entry[] }).configs ?? []
}
