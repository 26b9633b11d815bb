import { badRequest } from './kube-error.ts'
import type { KubeObject } from './kube-object.ts'

export type Labels = Record<string, string>

/** `LabelSelector` of the API (apimachinery `metav1.LabelSelector`). */
export interface LabelSelector {
  matchLabels?: Labels
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[]
}

/** Whether labels match a selector; an empty or missing selector matches everything. */
export function matchesSelector(labels: Labels, selector: LabelSelector = {}): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key]
      const isIn = value !== undefined && values.includes(value)
      switch (operator) {
        case 'In':
          return isIn
        case 'NotIn':
          return !isIn
        case 'Exists':
          return value !== undefined
        default:
          return value === undefined
      }
    })
  )
}

const REQUIREMENT =
  /^(?:(?<set>\S+) (?<operator>in|notin) \((?<values>[^)]*)\)|(?<not>!)?(?<key>[^\s=!]+)(?:(?<compare>==?|!=)(?<value>[^\s=!]*))?)$/

/**
 * The text form of a label selector, as query strings have it: `a=b,c!=d,e in (f, g),!h`.
 *
 * @throws KubeError 400 for invalid text
 */
export function parseLabelSelector(text: string): LabelSelector {
  const matchExpressions = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part): NonNullable<LabelSelector['matchExpressions']>[number] => {
      const { set, operator, values = '', not, key = '', compare, value = '' } = REQUIREMENT.exec(part)?.groups ?? {}
      if (set !== undefined) {
        const list = values.split(',').map((item) => item.trim())
        return { key: set, operator: operator === 'in' ? 'In' : 'NotIn', values: list }
      }
      if (key === '') throw badRequest(`unable to parse requirement: ${part}`)
      if (compare === undefined) return { key, operator: not === undefined ? 'Exists' : 'DoesNotExist' }
      return { key, operator: compare === '!=' ? 'NotIn' : 'In', values: [value] }
    })
  return { matchExpressions }
}

/** Whether an object matches a field selector: `metadata.name=x,status.phase!=Failed`. Supports every field. */
export function matchesFields(object: KubeObject, selector: string): boolean {
  return selector
    .split(',')
    .filter((part) => part !== '')
    .every((part) => {
      const { field = '', compare, value } = /^(?<field>[^=!]+)(?<compare>==?|!=)(?<value>.*)$/.exec(part)?.groups ?? {}
      if (compare === undefined) throw badRequest(`invalid field selector: ${part}`)
      return (readField(object, field) === value) === (compare !== '!=')
    })
}

function readField(object: KubeObject, field: string): string {
  let value: unknown = object
  for (const key of field.split('.')) value = (value as Record<string, unknown> | undefined)?.[key]
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
