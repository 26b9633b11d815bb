import os from 'node:os'
import { type ChainEntry, expectChain, pollUntil } from '@throughline/lab-testkit'
import { requireNamespaces } from '@throughline/lab-pods'
import { expect, type TestContext } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { count } from '../support/count.ts'
import { queryTrace } from '../support/expect-trace.ts'
import { pageText } from '../support/page-text.ts'
import type { SecondCounting } from '../support/second-counting.ts'
import type { MeshLab } from '../support/start-lab.ts'
import { untilState } from '../support/until-state.ts'

export interface TwoInstancesOptions {
  start: (lab: MeshLab) => Promise<SecondCounting>
  entry: ChainEntry
  /** Of the test, which a machine without network namespaces or a browser skips. */
  context: Pick<TestContext, 'skip'>
}

/** So many answers in a row of one of two instances that take turns are no accident. */
const ENOUGH = 20

/** Both answer, each in a whole trace; both deny; the page names both; and one that leaves fails no request. */
export async function expectTwoInstances(lab: MeshLab, { start, entry, context }: TwoInstancesOptions): Promise<void> {
  await requireNamespaces(context)
  const browser = requireBrowser(context)
  const first = os.hostname()
  await using second = await start(lab)
  const traces = new Map<string, string>()
  const states = new Set<string>()
  let inARow = 0
  const send = async (): Promise<void> => {
    const { state, hostname, traceId } = await count(lab)
    states.add(state)
    inARow = hostname === first ? inARow + 1 : 0
    if (hostname !== null && traceId !== null) traces.set(hostname, traceId)
  }

  const haveBoth = async (): Promise<boolean> => {
    await send()
    return traces.size === 2
  }
  await pollUntil(haveBoth, { deadline: 20_000, what: 'an answer of each instance' })
  expect([...traces.keys()].toSorted()).toEqual([first, second.hostname].toSorted())
  for (const traceId of traces.values()) {
    const isWhole = () => expectChain(queryTrace(lab, traceId), { entry, tracer: 'opentelemetry' })
    await pollUntil(isWhole, { deadline: 15_000, what: `a whole trace ${traceId}` })
  }
  {
    await using tab = await openPage(browser, lab.dashboardUrl)
    for (const hostname of traces.keys()) await pageText(tab.page, '#hostname', new RegExp(hostname))
    await pageText(tab.page, '#replicas', /one of 2/)
    expect(tab.errors).toEqual([])
  }

  await lab.mesh.deny()
  await untilState(lab, 'denied')
  for (let request = 0; request < 4; request += 1) expect((await count(lab)).state).toBe('denied')
  await lab.mesh.allow()
  await untilState(lab, 'connected')

  states.clear()
  await second.leave()
  const hasLeft = async (): Promise<boolean> => {
    await send()
    return inARow >= ENOUGH
  }
  await pollUntil(hasLeft, { deadline: 15_000, what: `the mesh to leave ${second.hostname} out` })
  await second[Symbol.asyncDispose]()
  for (let request = 0; request < ENOUGH; request += 1) await send()
  expect([...states]).toEqual(['connected'])
}
