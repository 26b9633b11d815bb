// @ts-check
import { byId, setText } from '../shared/dom.js'
import { tourSteps } from './tour-steps.js'

/**
 * @typedef {import('./tour-steps.js').TourActions} TourActions
 * @typedef {import('./tour-steps.js').TourSetting} TourSetting
 * @typedef {import('./tour-steps.js').TourStep} TourStep
 */

/**
 * The tour: steps that drive the real switches. It can be left at any step, and then restores what it changed.
 *
 * @param {{ actions: TourActions, setting: () => TourSetting, remember: () => () => Promise<void> }} options
 * `remember`:
 *   records the switches, and returns a function that restores them
 * @returns {{ reveal(): void }}
 */
export function createTour({ actions, setting, remember }) {
  const panel = byId('tour')
  const start = byId('tour-start')
  const next = byId('tour-next')
  const back = byId('tour-back')
  /** @type {TourStep[]} */
  let steps = []
  let at = 0
  let busy = false
  /** @type {(() => Promise<void>) | undefined} */
  let restore

  const draw = () => {
    const step = steps[at]
    if (step === undefined) return
    setText(byId('tour-title'), `${at + 1} of ${steps.length} · ${step.title}`)
    setText(byId('tour-text'), busy ? 'Switching…' : step.text)
    back.setAttribute('aria-disabled', String(busy || at === 0))
    next.setAttribute('aria-disabled', String(busy))
    setText(next, at === steps.length - 1 ? 'Done' : 'Next')
  }
  /** @param {number} index */
  const go = async (index) => {
    const step = steps[index]
    if (busy || step === undefined) return
    at = index
    busy = true
    draw()
    if (index === steps.length - 1) await restore?.()
    await step.run(actions, setting())
    busy = false
    draw()
    if (panel.hidden) await restore?.()
  }
  const leave = async () => {
    panel.hidden = true
    start.hidden = false
    start.focus()
    // A step that is under way restores when it ends.
    if (!busy && at < steps.length - 1) await restore?.()
  }

  start.addEventListener('click', () => {
    steps = tourSteps.filter((step) => step.isPossible(setting()))
    restore = remember()
    panel.hidden = false
    start.hidden = true
    void go(0)
    byId('tour-title').focus()
  })
  next.addEventListener('click', () => (at === steps.length - 1 && !busy ? leave() : go(at + 1)))
  back.addEventListener('click', () => go(at - 1))
  byId('tour-leave').addEventListener('click', leave)
  panel.addEventListener('keydown', ({ key }) => key === 'Escape' && leave())

  return {
    reveal() {
      start.hidden = !panel.hidden
    },
  }
}
