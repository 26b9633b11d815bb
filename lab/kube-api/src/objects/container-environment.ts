import type { Container } from './workload.ts'

/**
 * A container's environment as the kubelet makes it: `fieldRef`s are looked up in `fields` (by path, such as
 * `metadata.name`), `$(NAME)` refers to an earlier variable and stays literal without one, and the last of two
 * variables with one name wins. Variables from any other source are left out.
 */
export function containerEnvironment(
  { env = [] }: Pick<Container, 'env'>,
  fields: Record<string, string | undefined> = {},
): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const { name, value, valueFrom } of env) {
    const text = value ?? fields[valueFrom?.fieldRef?.fieldPath ?? '']
    if (text !== undefined) environment[name] = expand(text, environment)
  }
  return environment
}

/** Replaces `$(NAME)`, as Kubernetes does in arguments and environments. */
export function expand(text: string, environment: Record<string, string>): string {
  return text.replaceAll(/\$\((\w+)\)/g, (reference, name: string) => environment[name] ?? reference)
}
