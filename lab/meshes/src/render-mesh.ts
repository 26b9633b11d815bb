import type { Json } from '@throughline/lab-kube-api'
import { parse } from 'yaml'
import { LabError, messageOf } from '@throughline/lab-programs'

export interface MeshSource {
  /** Name of the file, for messages. */
  file: string
  /** Its YAML text. */
  text: string
}

const PLACEHOLDER = /\$\{([^{}]*)\}/g
const ONLY_PLACEHOLDER = /^\$\{([^{}]*)\}$/

/**
 * Turns a readable mesh file into the data its program reads (Envoy substitutes nothing itself).
 *
 * `${NAME}` as a whole value becomes the value as data, so a tracer or a policy can be a structured object; within a
 * longer string it becomes text. A key whose value becomes `null` is left out.
 *
 * @param values every name the file uses, and no other
 * @throws LabError TL_MESH_CONFIG_INVALID naming the file and the value: unknown, unused, or not usable as text
 */
export function renderMesh(source: MeshSource, values: Record<string, Json> = {}): Json {
  const used = new Set<string>()

  const lookUp = (name: string): Json => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) throw invalid(source.file, `uses \${${name}}, which has no value`)
    used.add(name)
    return value
  }

  const asText = (name: string): string => {
    const value = lookUp(name)
    if (value === null || typeof value === 'object') {
      throw invalid(source.file, `uses \${${name}} inside a string, but its value is neither text nor a number`)
    }
    return String(value)
  }

  const substitute = (node: Json): Json => {
    if (typeof node === 'string') {
      const name = ONLY_PLACEHOLDER.exec(node)?.[1]
      return name === undefined ? node.replace(PLACEHOLDER, (_, part: string) => asText(part)) : lookUp(name)
    }
    if (Array.isArray(node)) return node.map(substitute)
    if (node === null || typeof node !== 'object') return node
    return Object.fromEntries(
      Object.entries(node)
        .map(([key, value]) => [key, value === null ? null : substitute(value)] as const)
        .filter(([, value]) => value !== null),
    )
  }

  const rendered = substitute(parseYaml(source))
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw invalid(source.file, `does not use the value ${unused.join(', ')}`)
  return rendered
}

function parseYaml({ file, text }: MeshSource): Json {
  try {
    return parse(text, { strict: true, uniqueKeys: true }) as Json
  } catch (error) {
    throw new LabError('TL_MESH_CONFIG_INVALID', `${file}: ${messageOf(error)}`, { cause: error })
  }
}

function invalid(file: string, what: string): LabError {
  return new LabError('TL_MESH_CONFIG_INVALID', `${file} ${what}`)
}
