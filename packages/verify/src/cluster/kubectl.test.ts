import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { watchChildren } from './child-watch.ts'
import { openKubectl } from './kubectl.ts'

describe('openKubectl', () => {
  it('says where kubectl is to be had when it is not on PATH', async () => {
    const opened = openKubectl('prod', { env: { PATH: '/nonexistent' } })
    await expect(opened).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/^kubectl is not on PATH/),
    })
  })
})

describe('watchChildren', () => {
  it('ends the children that still run, and itself', async () => {
    const children = watchChildren()
    const [first, second] = [spawn('sleep', ['60']), spawn('sleep', ['60'])]
    children.add(first)
    children.add(second)
    const ended = once(first, 'exit')
    first.kill()
    await ended
    await children.close()
    expect(second.signalCode).toBe('SIGTERM')
    const late = spawn('sleep', ['60'])
    children.add(late)
    await once(late, 'exit')
    expect(late.signalCode).toBe('SIGTERM')
  })
})
