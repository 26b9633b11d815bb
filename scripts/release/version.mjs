// @ts-check
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from '../root.mjs'
import { closeUnreleased } from './changelog.mjs'
import { VERSION, versionFollowers } from './followers.mjs'

const STEPS = ['major', 'minor', 'patch']

/**
 * Gives the project a version: every file that spells it follows, and what CHANGELOG.md holds as unreleased becomes that
 * version's section. Nothing is committed.
 * @param {string[]} args `major`, `minor`, `patch` or a version
 * @returns {number} exit code: 2 for another argument, 1 when there is nothing to release
 */
export function version([step = '', ...more]) {
  const current = projectVersion()
  const next = STEPS.includes(step) ? after(current, step) : step
  if (more.length > 0 || !VERSION.test(next)) {
    console.error(`usage: npm run version -- ${STEPS.join(' | ')} | 1.2.3`)
    return 2
  }
  const file = path.join(ROOT, 'CHANGELOG.md')
  const changelog = closeUnreleased(fs.readFileSync(file, 'utf8'), next, new Date().toISOString().slice(0, 10))
  if (changelog === undefined) {
    console.error(
      'CHANGELOG.md says nothing under "Unreleased": write there what changes for users, then run this again.',
    )
    return 1
  }
  fs.writeFileSync(file, changelog)
  const written = followVersion(next)
  console.log(`${current} → ${next}: CHANGELOG.md and ${written.length} other files. Read "git diff", then commit.`)
  return 0
}

/** The version of the project: that of the root package.json. */
export function projectVersion() {
  return JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')).version
}

/**
 * Writes a version into every file that spells it.
 * @param {string} next
 * @returns {string[]} the files that changed
 */
function followVersion(next) {
  return versionFollowers().flatMap(({ file, at }) => {
    const text = fs.readFileSync(path.join(ROOT, file), 'utf8')
    const followed = at(text, next)
    if (followed === text) return []
    fs.writeFileSync(path.join(ROOT, file), followed)
    return [file]
  })
}

/**
 * The next version; one step from a pre-release is the release it precedes (1.2.0-rc.1, minor: 1.2.0).
 * @param {string} current
 * @param {string} step
 */
export function after(current, step) {
  const [numbers = '', ...pre] = current.split('-')
  const parts = numbers.split('.').map(Number)
  const at = STEPS.indexOf(step)
  if (pre.length > 0 && parts.slice(at + 1).every((part) => part === 0)) return numbers
  return parts.map((part, index) => (index < at ? part : index === at ? part + 1 : 0)).join('.')
}
