// @ts-check

/**
 * @typedef {import('./trace-model.js').Row} Row
 * @typedef {import('./trace-model.js').TraceModel} TraceModel
 *
 * @typedef {{ note: string, status: string }} Mark `note`: on the hop; `status`: on its HTTP status; empty when that is
 * as before
 *
 * @typedef {object} TraceChanges what differs between two traces of the same request path
 * @property {Map<string, Mark>} marks for each row of the later trace that is not as before, by {@link rowKeys}
 * @property {Row[]} gone rows that have no counterpart in the later trace
 * @property {string} summary one line; empty when nothing differs
 */

/**
 * Names the same span of two traces: service, role, kind, and which of several it is.
 *
 * @param {Row[]} rows in tree order
 * @returns {string[]} one key for each row
 */
export function rowKeys(rows) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  return rows.map(({ service, proxy, nodeId, kind }) => {
    const name = [service, proxy ? (nodeId ?? 'proxy') : 'app', kind].join('|')
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    return `${name}|${nth}`
  })
}

/**
 * Compares a trace with the one before it: hops that are missing or new, changed parents, statuses. Durations differ
 * from request to request and don't count; nor does the way in, which differs between a browser's requests and the
 * dashboard's own.
 *
 * @param {TraceModel} before
 * @param {TraceModel} after
 * @returns {TraceChanges}
 */
export function compareTraces(before, after) {
  const old = indexRows(before)
  const now = indexRows(after)
  /** @type {Map<string, Mark>} */
  const marks = new Map()
  /** @type {string[]} */
  const sentences = []
  const gone = [...old.values()].filter(({ key }) => !now.has(key))
  const added = [...now.values()].filter(({ key }) => !old.has(key))
  if (gone.length > 0) sentences.push(`gone: ${namesOf(gone)}`)
  if (added.length > 0) sentences.push(`new: ${namesOf(added)}`)
  for (const { key } of added) marks.set(key, { note: 'new', status: '' })
  for (const { key, row, parent } of now.values()) {
    const earlier = old.get(key)
    if (earlier === undefined) continue
    const note = earlier.parent === parent ? '' : `parent was ${earlier.parentService ?? 'none'}`
    const status = earlier.row.status === row.status ? '' : `was ${earlier.row.status ?? 'none'}`
    if (note !== '' || status !== '') marks.set(key, { note, status })
    if (note !== '') sentences.push(`${row.service} has another parent`)
  }
  const [root, oldRoot] = [firstOf(now), firstOf(old)]
  if (root !== undefined && oldRoot !== undefined && root.status !== oldRoot.status) {
    sentences.push(`${root.service} answers ${root.status ?? 'nothing'} instead of ${oldRoot.status ?? 'nothing'}`)
  }
  return { marks, gone: gone.map(({ row }) => row), summary: [...new Set(sentences)].join(' · ') }
}

/** @param {Map<string, Indexed>} rows */
function firstOf(rows) {
  return rows.values().next().value?.row
}

/** @typedef {{ key: string, row: Row, parent: string | null, parentService: string | null }} Indexed */

/**
 * @param {TraceModel} model
 * @returns {Map<string, Indexed>}
 */
function indexRows({ rows: all }) {
  const keysOfAll = rowKeys(all)
  const entry = Math.max(
    0,
    all.findIndex(({ proxy }) => !proxy),
  )
  const rows = all.slice(entry)
  const keys = keysOfAll.slice(entry)
  const bySpan = new Map(rows.map((row, index) => [row.spanId, keys[index] ?? '']))
  return new Map(
    rows.map((row, index) => {
      const key = keys[index] ?? ''
      const parent = row.parentId === null ? null : (bySpan.get(row.parentId) ?? null)
      return [key, { key, row, parent, parentService: row.parentService }]
    }),
  )
}

/** @param {Indexed[]} rows */
function namesOf(rows) {
  const names = [...new Set(rows.map(({ row }) => row.service))]
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
