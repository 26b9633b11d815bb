// @ts-check
import { create, setName, setText } from '../shared/dom.js'
import { formatDuration } from '../shared/format.js'
import { roleOf } from './trace-model.js'

/**
 * @typedef {import('./trace-model.js').Row} Row
 */

/**
 * One row of the waterfall, filled again for each trace.
 *
 * @param {() => void} onToggle
 */
export function createRow(onToggle) {
  const service = create('span', { class: 'service' })
  const mark = create('span', { class: 'mark' })
  const detail = create('span', { class: 'detail' })
  const parent = create('span', { class: 'visually-hidden' })
  const button = create('button', { class: 'span-words' }, [
    create('span', { class: 'service-line' }, [service, mark]),
    detail,
    parent,
  ])
  button.type = 'button'
  button.setAttribute('aria-expanded', 'false')
  button.setAttribute('aria-controls', 'hop-detail')
  const hop = create('th', { class: 'span-hop', role: 'rowheader' }, [create('span', { class: 'elbow' }), button])
  hop.scope = 'row'
  const start = create('span', { class: 'visually-hidden' })
  const bar = create('span', { class: 'bar-fill' })
  const time = create('td', { class: 'time', role: 'cell' }, [start, create('span', { class: 'lane' }, [bar])])
  const duration = create('span', { class: 'duration' })
  const own = create('span', { class: 'own' })
  const status = create('span', { class: 'status' })
  const statusRole = create('span', { class: 'own' })
  const element = create('tr', { role: 'row' }, [
    hop,
    time,
    create('td', { class: 'number', role: 'cell' }, [duration, own]),
    create('td', { class: 'number', role: 'cell' }, [status, statusRole]),
  ])

  // The whole row answers to the pointer, the button to the keyboard.
  element.addEventListener('click', onToggle)

  return {
    element,
    focus: () => button.focus(),
    /** @param {boolean} picked */
    setPicked(picked) {
      button.setAttribute('aria-expanded', String(picked))
      element.dataset['picked'] = String(picked)
    },
    /** @param {{ left: number, width: number } | null} seen */
    place(seen) {
      bar.hidden = seen === null
      if (seen === null) return
      bar.style.setProperty('--left', String(seen.left))
      bar.style.setProperty('--width', String(seen.width))
    },
    /** @param {Row} row */
    fill(row) {
      const role = roleOf(row)
      element.dataset['role'] = role
      element.dataset['failed'] = String(row.failed)
      element.dataset['origin'] = String(row.origin)
      element.dataset['nested'] = String(row.depth > 0)
      hop.style.setProperty('--depth', String(Math.min(row.depth, 12)))
      setName(service, row.service)
      setName(detail, `${role} · ${row.kind ?? 'no kind'} · ${row.name}`)
      setText(parent, describePlace(row))
      setText(start, `after ${formatDuration(row.offsetUs)}`)
      setText(duration, formatDuration(row.durationUs))
      setText(own, row.selfUs < row.durationUs ? `self ${formatDuration(row.selfUs)}` : '')
      setText(status, row.status === null ? (row.error ? 'error' : '–') : String(row.status))
      // A status has two labels: answered by a server, received by its client.
      setText(statusRole, row.status === null ? '' : row.kind === 'client' ? 'received' : 'answered')
    },
    /** @param {import('./trace-changes.js').Mark | undefined} now what differs from the trace before */
    setMark(now) {
      setText(mark, now?.note ?? '')
      element.toggleAttribute('data-changed', now !== undefined)
      if (now !== undefined && now.status !== '') setText(statusRole, now.status)
      statusRole.toggleAttribute('data-changed', now !== undefined && now.status !== '')
    },
  }
}

/** @param {Row} row */
function describePlace(row) {
  if (row.parentService !== null) return `, level ${row.depth + 1}, child of ${row.parentService}`
  return row.orphan ? ', its parent is missing' : ', start of the trace'
}
