import { describe, expect, it } from 'vitest'
import type { StartFigures } from '../docs/performance-figures.ts'
import { GOALS, judge, type Goal } from './performance-goals.mjs'

const flat = (value: number) => ({ median: value, min: value, max: value })

function started(addedMs: number, addedShare: number): { start: StartFigures } {
  const ms = { tracedMs: flat(0), plainMs: flat(0), addedMs: flat(addedMs), addedShare: flat(addedShare) }
  return { start: { node: 'v24.0.0', rounds: 1, ...ms } }
}

function goal(what: RegExp): Goal {
  const found = GOALS.find((each) => what.test(each.what))
  if (found === undefined) throw new Error(`no goal is ${what}`)
  return found
}

describe('the goals of performance', () => {
  it.each([
    [19, 0.14, 'goal met'],
    [20.4, 0.154, 'goal met'],
    [19, 0.16, 'floor holds'],
    [40, 0.2, 'floor holds'],
    [25, 0.9, 'floor holds'],
    [26, 0.21, 'missed'],
  ])('want both of the start: %s ms and a share of %s is %s', (ms, share, verdict) => {
    expect(judge(goal(/first 200/), started(ms, share), 24).verdict).toBe(verdict)
  })

  it('want the start in the image, so on its Node alone', () => {
    expect(judge(goal(/first 200/), started(49, 0.25), 20)).toMatchObject({ verdict: 'no goal', goal: '–', floor: '–' })
  })

  it.each([
    [24, 4.5, 'goal met'],
    [24, 4.4, 'missed'],
    [20, 5.1, 'floor holds'],
    [26, 9, 'no goal'],
  ])('want more, on Node %s: %s times faster is %s', (major, times, verdict) => {
    const propagation = { results: { all: { timesFaster: flat(times) } } } as never
    expect(judge(goal(/composite/), { propagation }, major).verdict).toBe(verdict)
  })

  it('are not judged by a part that was not measured', () => {
    expect(new Set(GOALS.map((each) => judge(each, {}, 24).verdict))).toEqual(new Set(['not measured']))
  })
})
