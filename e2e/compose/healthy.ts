import { expect } from 'vitest'
import type { RunningCompose } from './compose.ts'

const containers = ['counting', 'counting-sidecar', 'dashboard', 'dashboard-sidecar', 'jaeger', 'setup']

/** Asserts that these containers run, no others, and that each says it is healthy. */
export async function expectHealthy({ compose }: RunningCompose, others: string[] = []): Promise<void> {
  const lines = (await compose('ps', '--format', '{{.Service}} {{.Health}}')).trim().split('\n')
  expect(lines.toSorted()).toEqual([...containers, ...others].toSorted().map((name) => `${name} healthy`))
}
