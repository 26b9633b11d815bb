// @ts-check

/**
 * @typedef {import('./trace-model.js').Row} Row
 * @typedef {import('./trace-model.js').Problem} Problem
 * @typedef {import('./parse-trace.js').Span} Span
 */

/**
 * What makes a trace broken, in words a reader can act on.
 *
 * @param {Span[]} spans as reported
 * @param {Row[]} rows in tree order, each span once
 * @param {boolean} answered counting is known to have answered this call
 * @returns {Problem[]}
 */
export function findProblems(spans, rows, answered) {
  /** @type {Problem[]} */
  const problems = []
  const margin = rows.filter((row) => row.depth === 0)

  if (margin.length > 1) {
    problems.push({
      code: 'several-roots',
      text: `This trace starts ${margin.length} times: ${margin.map(describe).join(', ')}.`,
      cause: 'A hop before each later start did not carry the trace headers on.',
    })
  }
  for (const row of rows.filter((item) => item.orphan)) {
    problems.push({
      code: 'missing-parent',
      text: `The span of ${describe(row)} names a parent (${row.parentId}) that is not in this trace.`,
      cause: 'That hop carried the headers but reported no span, or its span is still on the way.',
    })
  }
  const looping = margin.filter((row) => row.parentId !== null && !row.orphan)
  if (looping.length > 0) {
    problems.push({
      code: 'parent-loop',
      text: `The span of ${describe(looping[0])} is its own ancestor.`,
      cause: 'Two spans name each other as parent.',
    })
  }
  if (spans.length > rows.length) {
    problems.push({
      code: 'shared-span-id',
      text: `${spans.length - rows.length === 1 ? 'A span id was' : 'Span ids were'} reported twice.`,
      cause: 'Two hops share one span id, so a child of either can’t be placed.',
    })
  }
  if (answered && rows.length > 0 && !hasUpstreamSpan(rows)) {
    problems.push({
      code: 'missing-upstream',
      text: 'counting answered this call, but left no span here.',
      cause: 'Its span was lost, or it started a trace of its own because the headers did not reach it.',
    })
  }
  return problems
}

/**
 * Whether an application other than the first one has its server span here: the far end of the path.
 *
 * @param {Row[]} rows
 * @returns {boolean}
 */
export function hasUpstreamSpan(rows) {
  const entry = rows.find((row) => !row.proxy)
  return rows.some((row) => !row.proxy && row.kind === 'server' && row.service !== entry?.service)
}

/** @param {Row | undefined} row */
function describe(row) {
  if (row === undefined) return 'a hop'
  const role = row.proxy ? 'sidecar' : 'app'
  return `${row.service} (${row.kind === null ? role : `${role}, ${row.kind}`})`
}
