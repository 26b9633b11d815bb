// @ts-check
import { byId, setText } from './dom.js'
import { helpTexts } from './help-texts.js'

const GAP = 8

/** Opens the help of a part of the page beside its button: any `[data-help]`, including ones drawn later. */
export function startHelp() {
  const panel = byId('help')
  /** @type {HTMLAnchorElement} */
  const link = byId('help-guide')

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-help]') : null
    if (!(button instanceof HTMLElement)) return
    const help = helpTexts[button.dataset['help'] ?? '']
    if (help === undefined) return
    setText(byId('help-title'), help.title)
    setText(byId('help-text'), help.text)
    const whole = button.dataset['whole']
    setText(byId('help-whole'), whole ?? '')
    byId('help-whole').hidden = whole === undefined
    link.href = `/guides/${help.guide}.md`
    panel.showPopover()
    place(panel, button)
    link.focus({ preventScroll: true })
  })
  byId('help-close').addEventListener('click', () => panel.hidePopover())
}

/**
 * Below the button where there is room, else above it, and always within the window.
 *
 * @param {HTMLElement} panel
 * @param {HTMLElement} button
 */
function place(panel, button) {
  const at = button.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = panel
  const { clientWidth, clientHeight } = document.documentElement
  const below = at.bottom + GAP
  const top = below + height > clientHeight ? Math.max(GAP, at.top - GAP - height) : below
  panel.style.setProperty('--top', `${top}px`)
  panel.style.setProperty('--left', `${Math.max(GAP, Math.min(at.left, clientWidth - width - GAP))}px`)
}
