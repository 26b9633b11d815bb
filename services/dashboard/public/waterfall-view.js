// @ts-check
import { byId, create, createIcon, setIcon, setText } from './dom.js'
import { axisTicks, formatDuration, formatTick } from './format.js'

/**
 * @typedef {import('./trace-model.js').Row} Row
 * @typedef {import('./trace-model.js').TraceModel} TraceModel
 */

/**
 * One trace as a table whose middle column is a time line. Rows are kept and refilled, so a new trace moves the bars
 * and nothing else.
 *
 * @returns {{ show(model: TraceModel): void, note(text: string): void }}
 */
export function createWaterfallView() {
  const table = byId('waterfall')
  const body = byId('rows')
  const verdict = byId('verdict')
  const problems = byId('problems')
  const note = byId('trace-note')
  /** @type {SVGSVGElement} */
  const verdictIcon = byId('verdict-icon')
  /** @type {ReturnType<typeof createRow>[]} */
  const rows = []

  return {
    show(model) {
      const broken = model.problems.length > 0
      table.hidden = false
      verdict.hidden = false
      verdict.dataset['broken'] = String(broken)
      setIcon(verdictIcon, broken ? 'icon-cross' : 'icon-check')
      setText(byId('verdict-text'), broken ? 'Broken' : 'Unbroken')
      const spans = `${model.rows.length} ${model.rows.length === 1 ? 'span' : 'spans'}`
      setText(byId('trace-summary'), `${spans} in ${formatDuration(model.durationUs)}`)
      problems.hidden = !broken
      problems.replaceChildren(...model.problems.map(drawProblem))
      drawAxis(model.durationUs)
      for (const [index, row] of model.rows.entries()) {
        const kept = rows[index] ?? createRow()
        if (rows[index] === undefined) {
          rows.push(kept)
          body.append(kept.element)
        }
        kept.fill(row)
      }
      for (const extra of rows.splice(model.rows.length)) extra.element.remove()
      setText(note, '')
    },
    note(text) {
      setText(note, text)
    },
  }
}

/** @param {import('./trace-model.js').Problem} problem */
function drawProblem(problem) {
  return create('li', {}, [
    createIcon('icon-failing'),
    create('span', {}, [create('strong', { text: problem.text }), create('span', { text: ` ${problem.cause}` })]),
  ])
}

/** @param {number} durationUs */
function drawAxis(durationUs) {
  const ticks = axisTicks(durationUs, 4)
  byId('axis').replaceChildren(
    ...ticks.map((tick) => {
      const left = durationUs === 0 ? 0 : tick / durationUs
      const mark = create('span', {
        class: left > 0.93 ? 'tick tick-last' : left > 0.8 ? 'tick tick-late' : 'tick',
        text: formatTick(tick),
      })
      mark.style.setProperty('--left', String(left))
      return mark
    }),
  )
  const step = durationUs === 0 ? 1 : (ticks[1] ?? durationUs) / durationUs
  byId('waterfall').style.setProperty('--grid', String(step))
}

function createRow() {
  const service = create('span', { class: 'service' })
  const detail = create('span', { class: 'detail' })
  const parent = create('span', { class: 'visually-hidden' })
  const hop = create('th', { class: 'span-hop', role: 'rowheader' }, [
    create('span', { class: 'elbow' }),
    create('span', { class: 'span-words' }, [service, detail, parent]),
  ])
  hop.scope = 'row'
  const start = create('span', { class: 'visually-hidden' })
  const bar = create('span', { class: 'bar-fill' })
  const time = create('td', { class: 'time', role: 'cell' }, [start, create('span', { class: 'lane' }, [bar])])
  const duration = create('td', { class: 'number duration', role: 'cell' })
  const status = create('span', { class: 'status' })
  const element = create('tr', { role: 'row' }, [
    hop,
    time,
    duration,
    create('td', { class: 'number', role: 'cell' }, [status]),
  ])

  return {
    element,
    /** @param {Row} row */
    fill(row) {
      element.dataset['role'] = row.proxy ? 'sidecar' : 'app'
      element.dataset['failed'] = String(row.failed)
      element.dataset['origin'] = String(row.origin)
      element.dataset['nested'] = String(row.depth > 0)
      hop.style.setProperty('--depth', String(Math.min(row.depth, 12)))
      setText(service, row.service)
      setText(detail, `${row.proxy ? 'sidecar' : 'app'} · ${row.kind ?? 'no kind'} · ${row.name}`)
      setText(parent, describePlace(row))
      setText(start, `after ${formatDuration(row.offsetUs)}`)
      bar.style.setProperty('--left', String(row.left))
      bar.style.setProperty('--width', String(row.width))
      setText(duration, formatDuration(row.durationUs))
      setText(status, row.status === null ? (row.error ? 'error' : '–') : String(row.status))
    },
  }
}

/** @param {Row} row */
function describePlace(row) {
  if (row.parentService !== null) return `, level ${row.depth + 1}, child of ${row.parentService}`
  return row.orphan ? ', its parent is missing' : ', start of the trace'
}
