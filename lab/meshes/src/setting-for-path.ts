import type { Setting } from './mesh.ts'

/** A setting whose words name counting's path, for a service in its place that has another. */
export function settingForPath(setting: Setting, path = '/'): Setting {
  const named = (text: string): string => text.replace('GET /', `GET ${path}`)
  return {
    ...setting,
    choices: setting.choices.map((choice) => ({ ...choice, label: named(choice.label), effect: named(choice.effect) })),
  }
}
