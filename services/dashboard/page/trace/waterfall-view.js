// @ts-check
import { drawNamedFinding } from '../findings/named-finding.js'
import { byId, create, createIcon, setIcon, setName, setText } from '../shared/dom.js'
import { axisTicks, formatDuration, formatTick } from '../shared/format.js'
import { rowKeys } from './trace-changes.js'
import { roleOf } from './trace-model.js'
import { createRow } from './waterfall-row.js'
import { createZoomControl } from './zoom-control.js'
import { seenBar } from './zoom-model.js'

/**
 * @typedef {import('./trace-model.js').Row} Row
 * @typedef {import('./trace-model.js').TraceModel} TraceModel
 * @typedef {import('./trace-changes.js').TraceChanges} TraceChanges
 */

const toneIcons = { whole: 'icon-check', open: 'icon-question', broken: 'icon-cross', arriving: 'icon-connecting' }

/**
 * One trace as a table whose middle column is a time line. Rows are kept and refilled, so a new trace moves the bars
 * and nothing else. A row that was picked stays picked in the next trace.
 *
 * @param {{ onPick: (row: Row | null) => void, onShowOther: (traceId: string) => void }} options
 * @returns {{ show(model: TraceModel): void, showVerdict(verdict: import('./verdict.js').Verdict): void, showChanges(changes: TraceChanges | null): void, note(text: string): void, pick(row: Row | null): void, isEmpty(): boolean }}
 */
export function createWaterfallView({ onPick, onShowOther }) {
  const table = byId('waterfall')
  const body = byId('rows')
  const verdict = byId('verdict')
  const problems = byId('problems')
  const note = byId('trace-note')
  /** @type {SVGSVGElement} */
  const verdictIcon = byId('verdict-icon')
  /** @type {ReturnType<typeof createRow>[]} */
  const rows = []
  /** @type {TraceModel | undefined} */
  let shown
  let picked = ''
  let drawnProblems = ''

  const zoom = createZoomControl({ onChange: () => drawTimes() })
  const drawTimes = () => {
    if (shown === undefined) return
    const { from, to } = zoom.current()
    drawAxis(shown.durationUs, from, to)
    for (const [index, row] of shown.rows.entries()) rows[index]?.place(seenBar({ from, to }, row))
  }
  /** @param {Row | null} row */
  const pick = (row) => {
    picked = row === null ? '' : keyOf(row)
    for (const [index, each] of (shown?.rows ?? []).entries()) rows[index]?.setPicked(keyOf(each) === picked)
    onPick(row)
  }
  /** @param {number} index */
  const toggle = (index) => {
    const row = shown?.rows[index]
    if (row !== undefined) pick(keyOf(row) === picked ? null : row)
  }
  table.addEventListener('keydown', (event) => {
    if (zoom.onKey(event)) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    const at = rows.findIndex((row) => row.element.contains(document.activeElement))
    rows[at + step]?.focus()
    event.preventDefault()
  })

  return {
    show(model) {
      shown = model
      table.hidden = false
      const spans = `${model.rows.length} ${model.rows.length === 1 ? 'span' : 'spans'}`
      setText(byId('trace-summary'), `${spans} in ${formatDuration(model.durationUs)}`)
      const key = JSON.stringify(model.problems)
      if (key !== drawnProblems)
        problems.replaceChildren(...model.problems.map((each) => drawProblem(each, onShowOther)))
      drawnProblems = key
      for (const [index, row] of model.rows.entries()) {
        const drawn = rows[index] ?? createRow(() => toggle(index))
        if (rows[index] === undefined) {
          rows.push(drawn)
          body.append(drawn.element)
        }
        drawn.fill(row)
      }
      body.style.setProperty('--rows', String(model.rows.length))
      for (const extra of rows.splice(model.rows.length)) extra.element.remove()
      drawTimes()
      pick(model.rows.find((row) => keyOf(row) === picked) ?? null)
      setText(note, '')
    },
    showVerdict({ tone, word, note: words }) {
      verdict.hidden = false
      verdict.dataset['tone'] = tone
      setIcon(verdictIcon, toneIcons[tone])
      setText(byId('verdict-text'), word)
      problems.hidden = tone !== 'broken'
      setText(note, words)
    },
    showChanges(changes) {
      const keys = rowKeys(shown?.rows ?? [])
      for (const [index, row] of rows.entries()) row.setMark(changes?.marks.get(keys[index] ?? ''))
      byId('gone-rows').replaceChildren(...(changes?.gone ?? []).map(drawGone))
    },
    note(text) {
      setName(note, text)
    },
    pick,
    isEmpty: () => shown === undefined,
  }
}

/**
 * The same hop in another trace.
 *
 * @param {Row} row
 */
function keyOf(row) {
  return `${row.service}|${row.proxy}|${row.kind}`
}

/**
 * A span of the trace before that has no counterpart in this one.
 *
 * @param {Row} row
 */
function drawGone(row) {
  const words = create('span', { class: 'gone-hop' }, [
    create('span', { class: 'service', text: row.service }),
    create('span', { class: 'detail', text: `${roleOf(row)} · gone from this trace` }),
  ])
  const head = create('th', { class: 'span-hop', role: 'rowheader' }, [words])
  head.scope = 'row'
  head.colSpan = 4
  return create('tr', { role: 'row' }, [head])
}

/**
 * @param {import('./trace-model.js').Problem} problem
 * @param {(traceId: string) => void} onShowOther
 */
function drawProblem(problem, onShowOther) {
  const words = create('span', {}, [
    create('strong', { text: problem.text }),
    create('span', { text: ` ${problem.cause} ` }),
  ])
  const { traceId, finding } = problem
  if (finding) words.append(drawNamedFinding(finding), ' ')
  if (traceId !== undefined) {
    const button = create('button', { class: 'link', text: 'Show that trace' })
    button.type = 'button'
    button.addEventListener('click', () => onShowOther(traceId))
    words.append(button)
  }
  return create('li', {}, [createIcon('icon-failing'), words])
}

/**
 * @param {number} durationUs
 * @param {number} from
 * @param {number} to
 */
function drawAxis(durationUs, from, to) {
  const seenUs = durationUs * (to - from)
  const ticks = axisTicks(seenUs, 4)
  const step = ticks[1] ?? seenUs
  const first = from === 0 ? 0 : Math.ceil((from * durationUs) / (step || 1)) * step
  byId('axis').replaceChildren(
    ...ticks.flatMap((tick) => {
      const at = first + tick
      const left = durationUs === 0 ? 0 : (at / durationUs - from) / (to - from)
      if (left > 1) return []
      const mark = create('span', {
        class: left > 0.93 ? 'tick tick-last' : left > 0.8 ? 'tick tick-late' : 'tick',
        text: formatTick(at),
      })
      mark.style.setProperty('--left', String(left))
      return [mark]
    }),
  )
  const waterfall = byId('waterfall')
  waterfall.style.setProperty('--grid', String(seenUs === 0 ? 1 : step / seenUs))
  waterfall.style.setProperty('--grid-start', String(seenUs === 0 ? 0 : (first - from * durationUs) / seenUs))
}
