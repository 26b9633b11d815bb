import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runVerify } from './run-verify.ts'
import { UsageError } from './usage-error.ts'

let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-files-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true }))

/** A file of this content; without one, a path where nothing is. */
function place(content: string | undefined): string {
  const file = path.join(folder, `${Math.random()}.json`)
  if (content !== undefined) fs.writeFileSync(file, content)
  return file
}

const run = (...args: string[]): Promise<number> => runVerify(args, new AbortController().signal)

describe('a file that is named in an argument', () => {
  it.each([
    ['missing', undefined, /there is no such file$/],
    ['empty', '', /the file is empty\. It reads what --save wrote$/],
    ['cut off', '{"schema":2,"url":"http://shop', /is not JSON, or only a part of it\. It reads/],
    ['another document', '{"resourceSpans":[]}', /holds no evidence of throughline verify\. It reads/],
    ['of a later version', '{"schema":99}', /version 99 .* reads version 2/],
  ])('--from, %s: one sentence with the path once', async (_what, content, message) => {
    const file = place(content)
    const refused = (await run('--from', file).catch((error: Error) => error)) as Error
    expect(refused).toBeInstanceOf(UsageError)
    expect(refused.message.split(file)).toEqual(['--from ', expect.stringMatching(/^: /)])
    expect(refused.message).toMatch(message)
  })

  it.each([
    ['missing', undefined, /there is no such file$/],
    ['empty', '', /it holds no certificate in PEM/],
    ['of binary DER', '0\u0082\u0003', /it holds no certificate in PEM/],
    [
      'garbled',
      '-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n',
      /it holds no certificate in PEM/,
    ],
  ])('--traces-ca, %s', async (_what, content, message) => {
    const file = place(content)
    const refused = run('http://127.0.0.1:1', '--traces', 'https://127.0.0.1:1', '--traces-ca', file)
    await expect(refused).rejects.toThrow(UsageError)
    await expect(refused).rejects.toThrow(message)
    expect(((await refused.catch((error: Error) => error)) as Error).message.split(file)).toHaveLength(2)
  })

  it.each([
    ['in a missing folder', 'none/evidence.json', /: there is no folder \/.*none$/],
    ['that is a folder', '.', /: it is a folder, not a file$/],
  ])('--save to a file %s is refused before anything is sent', async (_what, name, message) => {
    const start = performance.now()
    const args = ['http://127.0.0.1:1', '--traces', 'http://127.0.0.1:1', '--save', path.join(folder, name)]
    await expect(run(...args)).rejects.toThrow(message)
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it('finds nothing to look for where --skip takes all of --only', async () => {
    const both = ['--only', 'TLV101', '--skip', 'TLV102,TLV101']
    await expect(run('http://127.0.0.1:1', '--traces', 'http://127.0.0.1:1', ...both)).rejects.toThrow(
      /nothing of --only/,
    )
  })

  it('a folder in place of a file is said to be one', async () => {
    await expect(run('--from', folder)).rejects.toThrow(`--from ${folder}: it is a folder, not a file`)
  })
})
