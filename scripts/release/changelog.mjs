// @ts-check

const UNRELEASED = '## Unreleased'

/**
 * The section of a version, without its heading; undefined when there is none, or nothing in it.
 * @param {string} changelog
 * @param {string} heading `Unreleased` or a version
 */
export function sectionOf(changelog, heading) {
  const sections = changelog.split(/^(?=## )/m).slice(1)
  const section = sections.find((text) => text.startsWith(`## ${heading}\n`) || text.startsWith(`## ${heading} (`))
  const body = section?.slice(section.indexOf('\n')).trim()
  return body === '' ? undefined : body
}

/**
 * Makes what is unreleased the section of a version, and leaves an empty section for what comes next.
 * @param {string} changelog
 * @param {string} version
 * @param {string} date
 * @returns {string | undefined} undefined when nothing is unreleased
 */
export function closeUnreleased(changelog, version, date) {
  if (sectionOf(changelog, 'Unreleased') === undefined) return undefined
  return changelog.replace(`${UNRELEASED}\n`, () => `${UNRELEASED}\n\n## ${version} (${date})\n`)
}
