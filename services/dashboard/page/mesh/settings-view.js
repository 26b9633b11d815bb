// @ts-check
import { byId, create, setText } from '../shared/dom.js'
import { buildSettings } from './settings-model.js'

/**
 * @typedef {import('./settings-model.js').SettingChange} SettingChange
 * @typedef {import('./settings-model.js').SettingControl} SettingControl
 * @typedef {import('./parse-mesh-status.js').Setting} Setting
 */

const keySteps = new Map([
  ['ArrowRight', 1],
  ['ArrowDown', 1],
  ['ArrowLeft', -1],
  ['ArrowUp', -1],
])

/**
 * One control for each setting of the mesh, and what the choice in force does.
 *
 * @param {{ onChoose: (change: SettingChange) => void }} options
 * @returns {{ show(settings: Setting[], now: { known: boolean, busy: boolean, requested: SettingChange | null }): void
 * }}
 */
export function createSettingsView({ onChoose }) {
  const list = byId('settings')
  /** @type {{ draw(control: SettingControl, busy: boolean): void }[]} */
  let drawn = []
  let shape = ''

  return {
    show(settings, { busy, ...now }) {
      const controls = buildSettings(settings, now)
      const newShape = JSON.stringify(settings.map(({ name, label, choices }) => [name, label, choices]))
      if (newShape !== shape) {
        shape = newShape
        const built = controls.map((control, index) => buildControl(control, { id: `setting-${index}`, onChoose }))
        list.replaceChildren(...built.map(({ element }) => element))
        list.hidden = built.length === 0
        byId('settings-panel').hidden = built.length === 0
        drawn = built
      }
      for (const [index, control] of controls.entries()) drawn[index]?.draw(control, busy)
    },
  }
}

/**
 * @param {SettingControl} control
 * @param {{ id: string, onChoose: (change: SettingChange) => void }} options
 */
function buildControl(control, { id, onChoose }) {
  const label = create('span', { class: 'control-label', text: control.label })
  label.id = `${id}-label`
  const note = create('p', { class: 'setting-effect' })
  note.id = `${id}-effect`
  /** @param {string} value */
  const choose = (value) => onChoose({ name: control.name, value })
  const input = control.kind === 'segments' ? buildSegments(control, id, choose) : buildList(control, choose)
  input.element.setAttribute('aria-labelledby', label.id)
  input.element.setAttribute('aria-describedby', note.id)
  const element = create('div', { class: 'setting' }, [label, input.element, note])
  return {
    element,
    /** @param {SettingControl} now @param {boolean} busy */
    draw(now, busy) {
      input.draw(now, busy)
      setText(note, now.note)
      element.setAttribute('aria-busy', String(now.options.some(({ requested }) => requested)))
    },
  }
}

/**
 * Radio buttons whose arrow keys only move the focus: each choice changes a mesh for seconds, so the keyboard must be
 * able to skip choices. Space and Enter choose.
 *
 * @param {SettingControl} control
 * @param {string} id
 * @param {(value: string) => void} choose
 */
function buildSegments(control, id, choose) {
  const inputs = control.options.map(({ value, effect }) => {
    const input = create('input')
    Object.assign(input, { type: 'radio', name: id, value, title: effect })
    return input
  })
  let now = control
  let isBusy = true
  const draw = () => {
    for (const [index, { checked, requested }] of now.options.entries()) {
      const input = inputs[index]
      if (input === undefined) continue
      input.checked = checked
      // Not `disabled`, which would lose the keyboard focus in the middle of a demo.
      input.setAttribute('aria-disabled', String(isBusy))
      input.parentElement?.toggleAttribute('data-requested', requested)
    }
  }
  const element = create(
    'div',
    { class: 'choices', role: 'radiogroup' },
    inputs.map((input, index) =>
      create('label', { class: 'segment' }, [input, create('span', { text: control.options[index]?.label ?? '' })]),
    ),
  )
  element.addEventListener('change', ({ target }) => {
    const { value } = /** @type {HTMLInputElement} */ (target)
    const free = !isBusy
    draw()
    if (free) choose(value)
  })
  element.addEventListener('keydown', (event) => {
    const step = keySteps.get(event.key)
    const at = inputs.findIndex((input) => input === document.activeElement)
    if (event.key === 'Enter') inputs[at]?.click()
    if (step === undefined || at < 0) return
    event.preventDefault()
    inputs.at((at + step) % inputs.length)?.focus()
  })
  return {
    element,
    /** @param {SettingControl} next @param {boolean} busy */
    draw(next, busy) {
      now = next
      isBusy = busy
      element.setAttribute('aria-disabled', String(busy))
      draw()
    },
  }
}

/**
 * @param {SettingControl} control
 * @param {(value: string) => void} choose
 */
function buildList(control, choose) {
  const element = create('select', { class: 'select' })
  element.append(...control.options.map(({ label, value }) => new Option(label, value)))
  let inForce = ''
  element.addEventListener('change', () => {
    const { value } = element
    element.value = inForce
    choose(value)
  })
  return {
    element,
    /** @param {SettingControl} now @param {boolean} busy */
    draw(now, busy) {
      inForce = now.options.find(({ checked }) => checked)?.value ?? ''
      element.disabled = busy
      if (element.value !== inForce) element.value = inForce
    },
  }
}
