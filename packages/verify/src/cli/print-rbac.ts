import process from 'node:process'
import { parseArgs } from 'node:util'
import { formatRbac } from '../cluster/rbac.ts'
import { UsageError } from './usage-error.ts'

const text = { type: 'string' } as const

/** `throughline verify --print-rbac -n shop -n istio-system`: the role, and its binding in each of these namespaces. */
export function printRbac(args: string[]): number {
  const namespaces = parse(args)
  if (namespaces.length === 0) {
    throw new UsageError(
      'for which namespaces? throughline verify --print-rbac -n shop -n istio-system: those of the application, of the mesh, and of the trace backend',
    )
  }
  const wrong = namespaces.find((namespace) => !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(namespace))
  if (wrong !== undefined) throw new UsageError(`--namespace is a name such as shop, not ${wrong}`)
  process.stdout.write(formatRbac(namespaces))
  return 0
}

function parse(args: string[]): string[] {
  try {
    const { values } = parseArgs({
      args,
      // The rest of the command may stay on the line.
      allowPositionals: true,
      options: {
        'print-rbac': { type: 'boolean' },
        namespace: { ...text, multiple: true, short: 'n' },
        context: text,
        traces: text,
      },
    })
    return values.namespace ?? []
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
