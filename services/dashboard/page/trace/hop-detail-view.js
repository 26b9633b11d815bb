// @ts-check
import { showBeside } from '../shared/beside.js'
import { copyFrom } from '../shared/copy.js'
import { byId, create, createIcon, setName } from '../shared/dom.js'

/**
 * The selected span: facts, headers, attributes.
 *
 * @param {{ onClose: () => void }} options
 * @returns {{ show(detail: import('./hop-detail-model.js').HopDetail | null): void }}
 */
export function createHopDetailView({ onClose }) {
  const panel = byId('hop-detail')
  let drawn = ''
  const curl = byId('hop-curl')
  let command = ''
  byId('hop-close').addEventListener('click', onClose)
  panel.addEventListener('keydown', ({ key }) => key === 'Escape' && onClose())
  copyFrom(curl, () => command)

  return {
    show(detail) {
      showBeside(panel, detail !== null)
      if (detail === null) return
      const key = JSON.stringify(detail)
      if (key === drawn) return
      drawn = key
      command = detail.curl ?? ''
      curl.hidden = detail.curl === null
      setName(byId('hop-title'), detail.title)
      byId('hop-facts').replaceChildren(...detail.facts.map((fact) => create('p', { text: fact })))
      byId('hop-tables').replaceChildren(...detail.tables.map(drawTable))
    },
  }
}

/** @param {import('./hop-detail-model.js').HeaderTable} table */
function drawTable({ title, headers, none }) {
  const caption = create('h3', { class: 'headers-title', text: title })
  if (headers.length === 0) return create('div', {}, [caption, create('p', { text: none })])
  const list = create('dl', { class: 'headers' })
  for (const { name, value, note, chosen } of headers) {
    const words = [
      setName(create('code'), value),
      chosen
        ? create('span', { class: 'header-chosen' }, [
            createIcon('icon-check'),
            create('span', { text: 'names the caller' }),
          ])
        : null,
      note === '' ? null : create('span', { class: 'header-note', text: note }),
    ]
    const row = create('div', {}, [setName(create('dt'), name), create('dd', {}, words)])
    if (chosen) row.dataset['chosen'] = 'true'
    list.append(row)
  }
  return create('div', {}, [caption, list])
}
