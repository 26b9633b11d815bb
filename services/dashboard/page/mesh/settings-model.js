// @ts-check

/**
 * @typedef {import('./parse-mesh-status.js').Setting} Setting
 * @typedef {{ name: string, value: string }} SettingChange
 * @typedef {{ name: string, label: string, kind: 'segments' | 'list', options: { value: string, label: string, effect:
 * string, checked: boolean, requested: boolean }[], note: string }} SettingControl
 */

/** More choices than this make a row too long to read. */
const MOST_SEGMENTS = 5
const MOST_LETTERS = 60

/**
 * How each setting is shown. Checked is what the mesh reports as in force, never what was only requested; nothing is
 * checked while the mesh does not answer.
 *
 * @param {Setting[]} settings
 * @param {{ known: boolean, requested: SettingChange | null }} now `known`: the mesh answers; `requested`: the change
 * under way
 * @returns {SettingControl[]}
 */
export function buildSettings(settings, { known, requested }) {
  return settings.map(({ name, label, value, choices }) => {
    const next = requested?.name === name ? choices.find((choice) => choice.value === requested.value) : undefined
    const letters = choices.reduce((sum, choice) => sum + choice.label.length, 0)
    return {
      name,
      label,
      kind: choices.length <= MOST_SEGMENTS && letters <= MOST_LETTERS ? 'segments' : 'list',
      options: choices.map((choice) => ({
        ...choice,
        checked: known && choice.value === value,
        requested: choice === next,
      })),
      note: noteOf(),
    }

    function noteOf() {
      if (next !== undefined) return `Switching to “${next.label}”…`
      if (!known) return 'Unknown: the mesh does not answer.'
      const inForce = choices.find((choice) => choice.value === value)
      return inForce === undefined ? `In force: “${value}”, which is not one of these.` : inForce.effect
    }
  })
}

/**
 * The announcement after a change.
 *
 * @param {Setting[]} settings as the mesh reports them now
 * @param {SettingChange} requested
 * @returns {{ done: string } | { failed: string }}
 */
export function judgeChange(settings, requested) {
  const setting = settings.find(({ name }) => name === requested.name)
  const inForce = setting?.choices.find(({ value }) => value === setting.value)
  if (setting?.value === requested.value) {
    return { done: `${setting.label}: ${inForce?.label ?? requested.value}. ${inForce?.effect ?? ''}`.trim() }
  }
  return { failed: `it reports “${inForce?.label ?? setting?.value ?? 'nothing'}” as in force.` }
}
