// @ts-check
import { create } from '../shared/dom.js'
import { isRecord, parseText } from '../shared/wire.js'

/** @typedef {{ id: string, title: string, fix: string }} NamedFinding an entry of the doctor’s catalogue */

/**
 * @param {unknown} value
 * @returns {NamedFinding | null}
 */
export function parseNamedFinding(value) {
  const id = isRecord(value) ? parseText(value['id'], 20) : null
  if (!isRecord(value) || id === null || !/^TLV\d{3}$/.test(id)) return null
  return { id, title: parseText(value['title'], 300) ?? '', fix: parseText(value['fix'], 600) ?? '' }
}

/**
 * Its id, which leads to its page.
 *
 * @param {string} id
 * @param {string} [title]
 */
export function drawFindingLink(id, title = '') {
  const link = create('a', { class: 'link', text: id })
  link.href = `/findings/${id}.md`
  link.target = '_blank'
  link.rel = 'noopener'
  link.title = title
  return link
}

/**
 * Its id, and its fix.
 *
 * @param {NamedFinding} finding
 */
export function drawNamedFinding({ id, title, fix }) {
  const text = fix === '' ? '' : ` fix: ${fix}.`
  return create('span', { class: 'named-finding' }, [drawFindingLink(id, title), create('span', { text })])
}
