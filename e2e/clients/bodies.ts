import { pollUntil, type RecordedRequest } from '@throughline/lab-testkit'
import { INCOMING } from './cells.ts'
import type { Callee } from './callee.ts'
import { post } from './start-program.ts'

/** The events while a request is read in some way, besides `finish` and `close-response` of its answer. */
export const BODIES: Readonly<Record<string, readonly string[]>> = {
  events: ['data-first', 'data-rest', 'end', 'close-request'],
  readable: ['readable', 'end'],
  'for await': ['chunk', 'after'],
  pipeline: ['write', 'finished'],
  busboy: ['field', 'file', 'file-data', 'file-end', 'close'],
  'multer 1': ['filter', 'next'],
  'multer 2': ['filter', 'next'],
  formidable: ['field', 'fileBegin', 'end', 'parsed'],
  'express-fileupload': ['next'],
  'body-parser raw': ['next'],
  'body-parser text': ['next'],
  'express.json': ['next'],
}

const FORM = 'multipart/form-data; boundary=part'
const FIELD = '--part\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n'
const FILE = '--part\r\ncontent-disposition: form-data; name="f"; filename="f.txt"\r\ncontent-type: text/plain\r\n\r\n'
const PARTS = [FIELD + FILE + 'x'.repeat(10), `${'x'.repeat(300_000)}\r\n--part--\r\n`] as const

/**
 * Makes a program read a form in some way; returns the calls that it makes, once there is one for each event.
 */
export async function readBody(
  url: string,
  callee: Callee,
  [prefix, way]: [string, string],
): Promise<RecordedRequest[]> {
  const target = `${prefix}${encodeURIComponent(way)}`
  const answer = await post(url + target, { ...INCOMING, 'content-type': FORM, 'x-callee': callee.url }, PARTS)
  if (answer.status !== 200) throw new Error(answer.body)
  const events = [...(BODIES[way] ?? []), 'finish', 'close-response']
  const calls = (): RecordedRequest[] => callee.requests.filter((call) => call.url.startsWith(`${target}/`))
  const missing = (): string[] => events.filter((event) => !calls().some((call) => call.url === `${target}/${event}`))
  await pollUntil(() => missing().length === 0, { what: `calls at ${events.join(', ')}` })
  return calls()
}
