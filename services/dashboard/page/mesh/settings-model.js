// @ts-check

/**
 * @typedef {import('./parse-mesh-status.js').Setting} Setting
 * @typedef {{ name: string, value: string }} Asked
 * @typedef {{ name: string, label: string, kind: 'segments' | 'list', options: { value: string, label: string, effect: string, checked: boolean, asked: boolean }[], note: string }} SettingControl
 */

/** More than these side by side are not readable. */
const mostSegments = 5
const mostLetters = 60

/**
 * How each setting is to be shown. Checked is what the mesh says is in force, never what was only asked for; a mesh that
 * says nothing has nothing checked.
 *
 * @param {Setting[]} settings
 * @param {{ known: boolean, asked: Asked | null }} now `known`: the mesh answers; `asked`: the change that is under way
 * @returns {SettingControl[]}
 */
export function buildSettings(settings, { known, asked }) {
  return settings.map(({ name, label, value, choices }) => {
    const wanted = asked?.name === name ? choices.find((choice) => choice.value === asked.value) : undefined
    const letters = choices.reduce((sum, choice) => sum + choice.label.length, 0)
    return {
      name,
      label,
      kind: choices.length <= mostSegments && letters <= mostLetters ? 'segments' : 'list',
      options: choices.map((choice) => ({
        ...choice,
        checked: known && choice.value === value,
        asked: choice === wanted,
      })),
      note: noteOf(),
    }

    function noteOf() {
      if (wanted !== undefined) return `Switching to “${wanted.label}”…`
      if (!known) return 'Unknown: the mesh does not answer.'
      const inForce = choices.find((choice) => choice.value === value)
      return inForce === undefined ? `In force: “${value}”, which is not one of these.` : inForce.effect
    }
  })
}

/**
 * What to tell once a change was answered.
 *
 * @param {Setting[]} settings as the mesh says they are now
 * @param {Asked} asked
 * @returns {{ done: string } | { failed: string }}
 */
export function judgeChange(settings, asked) {
  const setting = settings.find(({ name }) => name === asked.name)
  const inForce = setting?.choices.find(({ value }) => value === setting.value)
  if (setting?.value === asked.value) {
    return { done: `${setting.label}: ${inForce?.label ?? asked.value}. ${inForce?.effect ?? ''}`.trim() }
  }
  return { failed: `it says that “${inForce?.label ?? setting?.value ?? 'nothing'}” is in force.` }
}
