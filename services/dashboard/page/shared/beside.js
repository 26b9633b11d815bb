// @ts-check
import { byId } from './dom.js'

/**
 * Shows or hides a panel beside the trace, which takes the place of the switches. There is room for one.
 *
 * @param {HTMLElement} panel
 * @param {boolean} shown
 */
export function showBeside(panel, shown) {
  panel.hidden = !shown
  const stage = byId('stage')
  const open = [...stage.querySelectorAll('.hop-panel')].some((each) => !(/** @type {HTMLElement} */ (each).hidden))
  stage.toggleAttribute('data-detail', open)
}
