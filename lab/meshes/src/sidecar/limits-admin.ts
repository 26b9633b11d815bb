import { isAtLeast, versions } from '@throughline/lab-programs'

/** Whether an Envoy can limit the paths of its admin interface. One that does not tell its version is taken for a new one. */
export function limitsAdmin(version: string | undefined): boolean {
  return version === undefined || isAtLeast(version, versions.envoy.adminPaths)
}
