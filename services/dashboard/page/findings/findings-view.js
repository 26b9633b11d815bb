// @ts-check
import { showBeside } from '../shared/beside.js'
import { byId, create, createIcon, createName, setName, setText } from '../shared/dom.js'
import { drawFindingLink } from './named-finding.js'

/**
 * @typedef {import('./parse-findings.js').Finding} Finding
 * @typedef {import('./parse-findings.js').Report} Report
 */

/**
 * What is wrong with the traces of this path, why, and the line that repairs it.
 *
 * @param {{ onClose: () => void, onShowTrace: (traceId: string) => void }} options
 * @returns {{ open(): void, close(): void, showProgress(text: string): void, showReport(report: Report, situation: string): void, showRepair(possible: boolean): void }}
 */
export function createFindingsView({ onClose, onShowTrace }) {
  const panel = byId('findings')
  const body = byId('findings-body')
  const progress = byId('findings-progress')
  byId('findings-close').addEventListener('click', onClose)
  panel.addEventListener('keydown', ({ key }) => key === 'Escape' && onClose())

  return {
    open: () => showBeside(panel, true),
    close: () => showBeside(panel, false),
    showProgress(text) {
      setText(byId('findings-title'), 'Findings')
      body.replaceChildren()
      setName(progress, text)
    },
    showRepair: (possible) => void (byId('repair').hidden = !possible),
    showReport(report, situation) {
      const serious = report.findings.filter(({ level }) => level !== 'note')
      const notes = report.findings.filter(({ level }) => level === 'note')
      const [first] = serious
      setName(byId('findings-title'), first === undefined ? 'Findings' : `${first.id}, ${first.hop}`)
      setText(progress, summaryOf(report.outcome, serious))
      body.replaceChildren(
        ...(situation === '' ? [] : [create('p', { class: 'finding-situation', text: situation })]),
        ...(report.path.length === 0 ? [] : [drawPath(report)]),
        ...serious.map(drawFinding),
        ...(report.outcome === 'unknown'
          ? report.unseen.map((text) => create('p', { text: `Not seen: ${text}.` }))
          : []),
        ...notes.map(({ id, hop, title }) => {
          const note = create('p', { class: 'finding-note' })
          note.append('Note ', drawFindingLink(id), `, ${hop}: ${title}.`)
          return note
        }),
        ...(report.traceId === null ? [] : [drawTraceLink(report.traceId, onShowTrace)]),
      )
    },
  }
}

/**
 * @param {Report['outcome']} outcome
 * @param {Finding[]} serious
 */
function summaryOf(outcome, serious) {
  if (outcome === 'unknown') return 'It can’t be told from what was seen.'
  return serious.length === 0 ? 'The trace is whole: nothing was found that breaks it.' : ''
}

/** @param {Report} report */
function drawPath({ path, breaksAfter }) {
  const list = create('ol', { class: 'finding-path' })
  for (const service of path) {
    const item = create('li', {}, [createName('', service)])
    if (service === breaksAfter) item.dataset['cut'] = 'true'
    list.append(item)
  }
  return list
}

/** @param {Finding} finding */
function drawFinding({ id, level, suspected, hop, title, seen, cause, fixes }) {
  const judged = create('strong', {}, [drawFindingLink(id)])
  judged.append(` ${suspected ? 'suspected' : level}`)
  const head = create('p', { class: 'finding-head' }, [
    createIcon(level === 'error' ? 'icon-cross' : 'icon-failing'),
    judged,
    create('span', { text: `${hop}: ${title}` }),
  ])
  const rows = create('dl', { class: 'finding-rows' }, [
    // On a small stage the rest is a scroll away.
    ...drawRow('Cause', [cause]),
    ...drawRow('Fix', fixes),
    ...drawRow('Seen', seen),
  ])
  const element = create('div', { class: 'finding' }, [head, rows])
  element.dataset['level'] = level
  return element
}

/**
 * @param {string} term
 * @param {string[]} texts
 */
function drawRow(term, texts) {
  const row = create('div', {}, [create('dt', { text: term }), ...texts.map((text) => setName(create('dd'), text))])
  row.dataset['row'] = term.toLowerCase()
  return texts.length === 0 ? [] : [row]
}

/**
 * @param {string} traceId
 * @param {(traceId: string) => void} onShowTrace
 */
function drawTraceLink(traceId, onShowTrace) {
  const button = create('button', { class: 'link', text: 'Show the trace of a probe' })
  button.type = 'button'
  button.addEventListener('click', () => onShowTrace(traceId))
  return create('p', {}, [button])
}
