// @ts-check
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from '../root.mjs'
import { sectionOf } from './changelog.mjs'
import { packageCharts, pushCharts } from './charts.mjs'
import { readDestinations } from './destinations.mjs'
import { versionFollowers } from './followers.mjs'
import { describePackages, packPackages, publishPackages } from './packages.mjs'
import { projectVersion } from './version.mjs'

/** Where everything that is released lies, for a look before the push. */
const FOLDER = path.join(ROOT, '.throughline/release')

/**
 * Makes what a version consists of, and publishes it. With `--dry-run` it does everything but that.
 * @param {string[]} args
 * @returns {Promise<number>} exit code: 1 when something stands against a release
 */
export async function release(args) {
  const dryRun = args.includes('--dry-run')
  const version = projectVersion()
  const problems = [...problemsOf(version), ...(dryRun ? [] : problemsOfPush(version))]
  if (problems.length > 0) {
    console.error(`Version ${version} can't be released:\n${problems.map((problem) => `  ${problem}\n`).join('')}`)
    return 1
  }
  fs.rmSync(FOLDER, { recursive: true, force: true })
  for (const part of ['npm', 'sbom', 'charts']) fs.mkdirSync(path.join(FOLDER, part), { recursive: true })
  console.log(`Version ${version}, into ${path.relative(ROOT, FOLDER)}:`)
  const tarballs = packPackages(path.join(FOLDER, 'npm'))
  describePackages(path.join(FOLDER, 'sbom'))
  const archives = await packageCharts(path.join(FOLDER, 'charts'))
  for (const part of fs.readdirSync(FOLDER))
    console.log(`  ${part}: ${fs.readdirSync(path.join(FOLDER, part)).join(', ')}`)
  if (dryRun) {
    console.log('Nothing was published: this was a dry run.')
    return 0
  }
  publishPackages(tarballs, { version })
  await pushCharts(archives, readDestinations().charts)
  console.log(`Published. Tag the commit: git tag v${version}`)
  return 0
}

/** @param {string} version */
function problemsOf(version) {
  const changelog = fs.readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8')
  const others = versionFollowers().filter(({ file, at }) => {
    const text = fs.readFileSync(path.join(ROOT, file), 'utf8')
    return at(text, version) !== text
  })
  return [
    ...others.map(({ file }) => `${file} spells another version: run "npm run version -- ${version}"`),
    ...((sectionOf(changelog, version) ?? sectionOf(changelog, 'Unreleased'))
      ? []
      : ['CHANGELOG.md says nothing about it']),
  ]
}

/** @param {string} version */
function problemsOfPush(version) {
  const changelog = fs.readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8')
  const changed = execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' }).trim() !== ''
  const { repository } = readDestinations()
  return [
    ...(changed ? ['there are changes that are not committed'] : []),
    ...(sectionOf(changelog, version) === undefined
      ? ['CHANGELOG.md has no section for it: run "npm run version"']
      : []),
    ...(repository === '' ? ['release.json names no repository, which npm attests as the source'] : []),
  ]
}
