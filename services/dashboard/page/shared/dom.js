// @ts-check

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg'

/**
 * The element with this id. The page is static, so a missing one is a mistake in it.
 *
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`index.html has no element #${id}`)
  return /** @type {T} */ (/** @type {unknown} */ (found))
}

/**
 * A new element. Text goes in as text, never as markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {{ class?: string, text?: string, role?: string }} [attributes]
 * @param {(Element | null)[]} [children]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function create(tag, attributes = {}, children = []) {
  const made = document.createElement(tag)
  if (attributes.class !== undefined) made.className = attributes.class
  if (attributes.role !== undefined) made.setAttribute('role', attributes.role)
  if (attributes.text !== undefined) made.textContent = attributes.text
  for (const child of children) if (child !== null) made.append(child)
  return made
}

/**
 * An icon of the sprite in index.html, hidden from assistive technology: words stand beside it.
 *
 * @param {string} name
 * @param {string} [className]
 * @returns {SVGSVGElement}
 */
export function createIcon(name, className = 'icon') {
  const svg = document.createElementNS(SVG_NAMESPACE, 'svg')
  svg.setAttribute('class', className)
  svg.setAttribute('aria-hidden', 'true')
  const use = document.createElementNS(SVG_NAMESPACE, 'use')
  svg.append(use)
  setIcon(svg, name)
  return svg
}

/**
 * @param {SVGSVGElement} svg
 * @param {string} name
 */
export function setIcon(svg, name) {
  const use = svg.firstElementChild
  if (use !== null && use.getAttribute('href') !== `#${name}`) use.setAttribute('href', `#${name}`)
}

/**
 * A word of the page that is explained where it stands: a button that opens its help.
 *
 * @param {string} help a key of `helpTexts`
 * @param {string} text
 * @returns {HTMLButtonElement}
 */
export function createTerm(help, text) {
  const button = create('button', { class: 'term', text })
  button.type = 'button'
  button.dataset['help'] = help
  return button
}

/**
 * A term of any length: it is cut off after a few lines, and its help repeats it whole.
 *
 * @param {string} help a key of `helpTexts`
 * @param {string} text
 */
export function createLongTerm(help, text) {
  const button = setName(createTerm(help, ''), text)
  button.classList.add('term-long')
  button.dataset['whole'] = text
  return button
}

/**
 * A name that may break after its punctuation, and nowhere else.
 *
 * @param {string} className
 * @param {string} text
 */
export function createName(className, text) {
  return setName(create('span', { class: className }), text)
}

/**
 * Sets a text with long words, such as an address or a setting: they may break after their punctuation.
 *
 * @template {Element} T
 * @param {T} element
 * @param {string} text
 * @returns {T} the element
 */
export function setName(element, text) {
  if (element.textContent === text) return element
  const parts = text.split(/(?<=[./,=_:&?~|-])(?=\S)/)
  element.replaceChildren(
    ...parts.flatMap((part, index) => (index === 0 ? [part] : [document.createElement('wbr'), part])),
  )
  return element
}

/**
 * Sets a text only when it differs, so that nothing is laid out or read out twice.
 *
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}
