import { expect } from 'vitest'
import type { Pod } from './start-pod.ts'

/** The restricted Pod Security Standard, for everything in the pod. */
export function expectRestricted({ spec }: Pod): void {
  const pod = (spec['securityContext'] ?? {}) as { seccompProfile?: object; sysctls?: { name: string }[] }
  expect(pod.seccompProfile).toEqual({ type: 'RuntimeDefault' })
  // The sysctl that a gateway sets is one of the safe ones.
  expect(['', 'net.ipv4.ip_unprivileged_port_start']).toContain((pod.sysctls ?? []).map(({ name }) => name).join())
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect({ ...pod, ...container.securityContext }).toMatchObject({ runAsNonRoot: true })
    expect(container.securityContext?.capabilities).not.toHaveProperty('add')
  }
  for (const { name: _, ...source } of (spec['volumes'] ?? []) as { name: string }[]) {
    expect(['configMap', 'downwardAPI', 'emptyDir', 'projected', 'secret']).toContain(Object.keys(source).join())
  }
}
