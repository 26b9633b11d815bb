import type { Istiod } from '@throughline/lab-meshes'

/** How many objects istiod's webhook has accepted and refused since it started, from its own metrics. */
export async function readValidations({ host, ports }: Istiod): Promise<{ passed: number; failed: number }> {
  const text = await (await fetch(`http://${host}:${ports.monitoring}/metrics`)).text()
  const sum = (metric: string): number =>
    [...text.matchAll(new RegExp(`^${metric}\\{.*\\} (\\d+)$`, 'gm'))].reduce((total, [, n]) => total + Number(n), 0)
  return { passed: sum('galley_validation_passed'), failed: sum('galley_validation_failed') }
}
