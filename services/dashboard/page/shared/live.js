// @ts-check
import { requestJson } from './api.js'
import { isRecord, parseEntries, parseErrorMessage, parseTraffic } from './wire.js'

/**
 * @typedef {import('./wire.js').Entry} Entry
 * @typedef {import('./wire.js').Traffic} Traffic
 *
 * @typedef {object} LiveListeners
 * @property {(entries: Entry[], reset: boolean) => void} onEntries new requests, oldest first; `reset`: they replace
 * what came before
 * @property {(traffic: Traffic) => void} onTraffic
 * @property {() => void} onFound the dashboard answers, after the start or after it was lost
 * @property {(reason: string) => void} onLost
 */

/** A dashboard beats every 5 s; after two missed beats the connection is dead. */
const SILENCE_MS = 12_000
/** A stream that is silent for this long is held back by an intermediary. */
const FIRST_WORD_MS = 4000
const POLL_MS = 1000
/** While polling works, a stream is tried again this often. */
const RETRY_MS = 5000

/**
 * Live data from the dashboard: by server-sent events, and by polling while no stream gets through. Both continue after
 * the last received event. Nothing runs while the page is out of sight.
 *
 * @param {LiveListeners} listeners
 * @returns {{ start(): void }}
 */
export function createLive({ onEntries, onTraffic, onFound, onLost }) {
  let cursor = ''
  let found = false
  /** @type {EventSource | undefined} */
  let source
  let heardMs = 0
  /** Whether this stream has sent anything. */
  let alive = false
  let lastSeq = 0
  let openedMs = Number.NEGATIVE_INFINITY
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  const find = () => {
    if (found) return
    found = true
    onFound()
  }
  /** @param {string} reason */
  const lose = (reason) => {
    found = false
    onLost(reason)
  }
  const close = () => {
    source?.close()
    source = undefined
    alive = false
  }
  /**
   * A stream that begins during polling repeats some entries.
   *
   * @param {Entry[]} entries
   * @param {boolean} reset
   */
  const deliver = (entries, reset) => {
    if (reset) lastSeq = 0
    const fresh = entries.filter(({ seq }) => seq > lastSeq)
    lastSeq = fresh.at(-1)?.seq ?? lastSeq
    onEntries(fresh, reset)
  }

  const open = () => {
    close()
    openedMs = performance.now()
    heardMs = openedMs
    const stream = new EventSource(`/api/events?after=${encodeURIComponent(cursor)}`)
    source = stream
    /** @param {MessageEvent<string>} event */
    const hear = (event) => {
      heardMs = performance.now()
      alive = true
      if (event.lastEventId !== '') cursor = event.lastEventId
      find()
      return parseJson(event.data)
    }
    stream.addEventListener('history', (event) => takeHistory(hear(event)))
    stream.addEventListener('request', (event) => deliver(parseEntries([hear(event)]), false))
    stream.addEventListener('traffic', (event) => takeTraffic(hear(event)))
    stream.addEventListener('heartbeat', hear)
    stream.addEventListener('error', () => {
      if (source !== stream) return
      close()
      schedule(0)
    })
  }

  /** @param {unknown} body */
  const takeHistory = (body) => {
    if (isRecord(body)) deliver(parseEntries(body['entries']), body['reset'] === true)
  }
  /** @param {unknown} body */
  const takeTraffic = (body) => {
    const traffic = parseTraffic(body)
    if (traffic !== undefined) onTraffic(traffic)
  }

  const poll = async () => {
    const answer = await requestJson(`/api/history?after=${encodeURIComponent(cursor)}`)
    if (answer.kind === 'lost') return lose(answer.reason)
    if (answer.status !== 200 || !isRecord(answer.body)) {
      return lose(parseErrorMessage(answer.body) ?? `It answered HTTP ${answer.status}.`)
    }
    find()
    takeHistory(answer.body)
    takeTraffic(answer.body['traffic'])
    if (typeof answer.body['cursor'] === 'string') cursor = answer.body['cursor']
  }

  /** Watches the stream, and polls while there is none. */
  const watch = async () => {
    if (document.visibilityState === 'hidden') return close()
    const now = performance.now()
    if (source !== undefined && now - heardMs > (alive ? SILENCE_MS : FIRST_WORD_MS)) close()
    if (!alive) await poll()
    if (source === undefined && found && performance.now() - openedMs > RETRY_MS) open()
    schedule(POLL_MS)
  }
  /** @param {number} ms */
  const schedule = (ms) => {
    clearTimeout(timer)
    timer = setTimeout(watch, ms)
  }

  return {
    start() {
      document.addEventListener('visibilitychange', () => {
        openedMs = Number.NEGATIVE_INFINITY
        schedule(0)
      })
      open()
      schedule(POLL_MS)
    },
  }
}

/** @param {string} text */
function parseJson(text) {
  try {
    return /** @type {unknown} */ (JSON.parse(text))
  } catch {
    return undefined
  }
}
