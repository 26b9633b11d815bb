import process from 'node:process'
import { parseArgs } from 'node:util'
import { formatRbac } from '../cluster/rbac.ts'
import { refusedArguments, UsageError } from './usage-error.ts'

const text = { type: 'string' } as const

/** `throughline verify --print-rbac -n shop -n istio-system`: the role, and its binding in each of these namespaces. */
export function printRbac(args: string[]): number {
  const { namespaces, revisions } = parse(args)
  if (namespaces.length === 0) {
    throw new UsageError(
      'for which namespaces? throughline verify --print-rbac -n shop -n istio-system: those of the application, of the mesh, and of the trace backend',
    )
  }
  requireNames('--namespace is a name such as shop', namespaces)
  requireNames('--revision is a name such as canary', revisions)
  process.stdout.write(formatRbac(namespaces, revisions))
  return 0
}

function requireNames(rule: string, names: readonly string[]): void {
  const wrong = names.find((name) => !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name))
  if (wrong !== undefined) throw new UsageError(`${rule}, not ${wrong}`)
}

function parse(args: string[]): { namespaces: string[]; revisions: string[] } {
  try {
    const { values } = parseArgs({
      args,
      // The rest of the command may stay on the line.
      allowPositionals: true,
      options: {
        'print-rbac': { type: 'boolean' },
        namespace: { ...text, multiple: true, short: 'n' },
        revision: { ...text, multiple: true },
        context: text,
        traces: text,
      },
    })
    return { namespaces: values.namespace ?? [], revisions: values.revision ?? [] }
  } catch (error) {
    throw refusedArguments(error)
  }
}
