import { createWorkMeter } from './limits.ts'
import { describeCause, malformed } from './request-error.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The index of the quote that ends the string beginning at `start`, or the length of `body`. */
function endOfString(body: Buffer, start: number): number {
  let end = body.indexOf(QUOTE, start + 1)
  while (end !== -1) {
    let escapes = 0
    while (body[end - 1 - escapes] === BACKSLASH) escapes += 1
    if (escapes % 2 === 0) return end
    end = body.indexOf(QUOTE, end + 1)
  }
  return body.length
}

/** Whether JSON.parse may parse this body: its depth and memory grow with the body. */
function measure(body: Buffer): void {
  const meter = createWorkMeter()
  // The commas so far of each list or object that is open; those of a list don't count.
  const open: number[] = []
  for (let at = 0; at < body.length; at += 1) {
    switch (body[at]) {
      case QUOTE:
        at = endOfString(body, at)
        break
      case COMMA: {
        meter.value()
        const commas = (open.pop() ?? 0) + 1
        meter.fields(commas + 1)
        open.push(commas)
        break
      }
      case OPEN_LIST:
      case OPEN_OBJECT:
        meter.value()
        open.push(body[at] === OPEN_LIST ? -Infinity : 0)
        meter.depth(open.length)
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        open.pop()
        break
      default:
    }
  }
}

/** Reads a body as JSON. Throws a RequestError: 400 with the parser's reason, 413 when it holds too many values. */
export function decodeJson(body: Buffer): unknown {
  measure(body)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown
  } catch (error) {
    throw malformed(`the body is not JSON: ${describeCause(error)}`, error)
  }
}
