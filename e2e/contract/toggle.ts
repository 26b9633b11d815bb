import { pollUntil } from '@throughline/lab-testkit'
import { count } from '../support/count.ts'
import type { MeshLab } from '../support/start-lab.ts'

/** The observations while a rule was switched many times. */
export interface Toggles {
  /** Milliseconds from the switch to the first answer that follows it, by the state switched to. */
  denied: number[]
  connected: number[]
  /** Every status that a caller of counting received, with null for no answer. */
  statuses: Set<number | null>
}

/** Denies and allows in turn, `times` each, under continuous requests. */
export async function toggle(lab: MeshLab, times: number): Promise<Toggles> {
  const seen: Toggles = { denied: [], connected: [], statuses: new Set() }
  const until = async (state: 'denied' | 'connected', change: () => Promise<void>): Promise<void> => {
    const started = performance.now()
    const changed = change()
    // A mesh that never gets there is reported below; an unhandled rejection must not end the process before that.
    changed.catch(() => {})
    const ask = async () => {
      const answer = await count(lab)
      seen.statuses.add(answer.status)
      return answer.state === state ? true : undefined
    }
    await pollUntil(ask, { deadline: 5000, what: `the page to say ${state}` })
    seen[state].push(performance.now() - started)
    await changed
    // An idle connection between the sidecars may serve one answer under the old rule; after that none may.
    await ask()
    for (let again = 0; again < 5; again += 1) {
      if ((await ask()) !== true) throw new Error(`the rule was ${state}, and then ceased to apply`)
    }
  }
  for (let round = 0; round < times; round += 1) {
    await until('denied', lab.mesh.deny)
    await until('connected', lab.mesh.allow)
  }
  return seen
}
