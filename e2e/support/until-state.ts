import type { Lab } from '@throughline/lab-meshes'
import { pollUntil } from '@throughline/lab-testkit'
import { type Count, count } from './count.ts'

/**
 * Sends requests until a call ends in this state, and returns its answer. @param options.deadline milliseconds,
 * default 5000
 */
export function untilState(
  lab: Pick<Lab, 'dashboardUrl'>,
  state: string,
  options: { deadline?: number } = {},
): Promise<Count> {
  const ask = async (): Promise<Count | undefined> => {
    const answer = await count(lab)
    return answer.state === state ? answer : undefined
  }
  return pollUntil(ask, { ...options, what: `the page to say ${state}` })
}
