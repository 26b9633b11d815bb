import { expect } from 'vitest'

/** What any page in the same browser could send, without a preflight. */
const commands = ['quitquitquit', 'drain_listeners', 'healthcheck/fail', 'logging?level=trace', 'runtime_modify?a=b']

/** Expects that an Envoy's admin interface is read-only. */
export async function expectReadOnlyAdmin(url: string): Promise<void> {
  expect((await fetch(`${url}/server_info`)).status).toBe(200)
  for (const command of commands) {
    const { status } = await fetch(`${url}/${command}`, { method: 'POST' })
    expect([command, status]).toEqual([command, 403])
  }
}
