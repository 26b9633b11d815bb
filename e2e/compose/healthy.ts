import { expect } from 'vitest'
import type { RunningCompose } from './compose.ts'

const containers = ['counting', 'counting-sidecar', 'dashboard', 'dashboard-sidecar', 'jaeger', 'setup']

/** Asserts that exactly these containers run and that each is healthy. */
export async function expectHealthy({ compose }: RunningCompose, otherServices: string[] = []): Promise<void> {
  const lines = (await compose('ps', '--format', '{{.Service}} {{.Health}}')).trim().split('\n')
  expect(lines.toSorted()).toEqual([...containers, ...otherServices].toSorted().map((name) => `${name} healthy`))
}
