// @ts-check
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { hasEngine } from '../has-engine.mjs'
import { ROOT } from '../root.mjs'
import { sectionOf } from './changelog.mjs'
import { packageCharts, pushCharts } from './charts.mjs'
import { writeChecksums } from './checksums.mjs'
import { readDestinations } from './destinations.mjs'
import { versionFollowers } from './followers.mjs'
import { makeImages, pushImages } from './images.mjs'
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
  const destinations = readDestinations()
  const problems = [...problemsOf(version), ...(dryRun ? [] : problemsOfPush(version))]
  if (problems.length > 0) {
    console.error(`Version ${version} can't be released:\n${problems.map((problem) => `  ${problem}\n`).join('')}`)
    return 1
  }
  console.log(`Version ${version}, into ${path.relative(ROOT, FOLDER)}:`)
  const made = await makeRelease(FOLDER, { version, ...destinations }).catch((error) =>
    explainFailure(error, 'Nothing was published.'),
  )
  if (made === undefined) return 1
  const { packages, archives } = made
  for (const part of fs.readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
    console.log(`  ${part.name}: ${fs.readdirSync(path.join(FOLDER, part.name)).join(', ')}`)
  if (dryRun) {
    console.log('Nothing was published: this was a dry run.')
    return 0
  }
  const pushed = await push({ packages, archives, version }).catch((error) =>
    explainFailure(error, 'What was pushed before that stays: run the same command again, and it goes on from there.'),
  )
  if (pushed === undefined) return 1
  console.log(`Published version ${version}.`)
  return 0
}

/** @param {{ packages: import('./packages.mjs').Packed[], archives: string[], version: string }} made */
async function push({ packages, archives, version }) {
  const { images, charts } = readDestinations()
  // npm last: what is published there stays.
  if (images !== '') await pushImages(path.join(FOLDER, 'images'), { version, registry: images })
  await pushCharts(archives, charts)
  publishPackages(packages)
  return true
}

/**
 * Makes everything that a version consists of, and pushes nothing.
 * @param {string} folder emptied first
 * @param {import('./images.mjs').ImageOptions & { images: string }} options
 */
export async function makeRelease(folder, { images: registry, ...options }) {
  fs.rmSync(folder, { recursive: true, force: true })
  for (const part of ['npm', 'sbom', 'images', 'charts']) fs.mkdirSync(path.join(folder, part), { recursive: true })
  const packages = packPackages(path.join(folder, 'npm'))
  describePackages(path.join(folder, 'sbom'))
  const images = path.join(folder, 'images')
  // Without a registry for them no one misses them; with one, a release was refused before.
  const digests = hasEngine() ? await makeImages(images, options) : undefined
  if (digests === undefined) console.log('  images: left out, as no container engine answers')
  const named = registry === '' || digests === undefined ? undefined : { registry, version: options.version, digests }
  const archives = await packageCharts(path.join(folder, 'charts'), named)
  const files = [...packages.map(({ tarball }) => tarball), ...archives]
  writeChecksums(path.join(folder, 'SHA256SUMS'), files, named)
  return { packages, archives, digests }
}

/**
 * A program that failed has said why; any other error is ours.
 * @param {unknown} error
 * @param {string} outcome
 */
function explainFailure(error, outcome) {
  if (!(error instanceof Error && 'status' in error)) throw error
  console.error(`${error.message.split('\n')[0]}\n${outcome}`)
  return undefined
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
  const { repository, images, charts } = readDestinations()
  const { GITHUB_REF_TYPE: kind, GITHUB_REF_NAME: tag } = process.env
  return [
    ...(changed ? ['there are changes that are not committed'] : []),
    ...(kind === 'tag' && tag !== `v${version}` ? [`the tag is ${tag}, and not v${version}`] : []),
    ...(sectionOf(changelog, version) === undefined
      ? ['CHANGELOG.md has no section for it: run "npm run version"']
      : []),
    ...(repository === '' ? ['release.json names no repository, which npm attests as the source'] : []),
    ...(charts !== '' && images === '' ? ['release.json names no registry for images, which the charts install'] : []),
    ...(images !== '' && !hasEngine() ? ['no container engine answers, which would build the images'] : []),
  ]
}
