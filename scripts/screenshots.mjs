// @ts-check
/**
 * Makes the pictures of the page in docs/images, from real requests through real sidecars: `npm run screenshots`.
 * It needs a build, and Chromium or Chrome (`CHROMIUM_BIN`, or one on PATH).
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createLab } from '@throughline/lab-stack'
import { toAnimatedPng } from './animated-png.mjs'
import { ROOT } from './root.mjs'

// The browser is driven by what the end-to-end tests have for it.
const { chromium } = createRequire(path.join(ROOT, 'e2e/package.json'))('playwright-core')

const MAX_BYTES = 300_000
const images = path.join(ROOT, 'docs/images')

const faults = { FAULTS: 'on' }
const lab = await createLab({ ports: 'demo', dashboardEnv: faults, countingEnv: faults })
const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox', '--disable-gpu'] })
try {
  await makeHistory()
  await picture('page-light', { colorScheme: 'light' })
  await picture('page-dark', { colorScheme: 'dark', hop: true })
  await capture()
  await ask('/api/mesh/deny')
  await picture('page-denied', { colorScheme: 'light' })
} finally {
  await browser.close()
  await lab.stop()
}

/** A few things that happened, so that the strip has something to tell. */
async function makeHistory() {
  for (const change of [{ rate: '1' }, { fault: 'error:0.5' }, { fault: 'delay:500' }, { fault: null }]) {
    await ask('/api/traffic', change)
    await wait(7000)
  }
  for (let i = 0; i < 4; i++) await ask('/api/traffic/burst')
  await wait(5000)
}

/**
 * The first screen of a laptop, as it is: nothing below it is needed to follow the story.
 *
 * @param {string} name
 * @param {{ colorScheme: 'light' | 'dark', hop?: boolean }} options hop: with the headers that arrived at counting
 */
async function picture(name, { colorScheme, hop = false }) {
  const file = path.join(images, `${name}.png`)
  for (const deviceScaleFactor of [2, 1.5, 1]) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme, deviceScaleFactor })
    await page.goto(lab.dashboardUrl)
    await page.locator('#trace-summary', { hasText: 'spans in' }).waitFor()
    if (hop) await page.locator('#rows button').last().click()
    // The dot on its way, and the trace of a request that was not the first.
    await wait(4300)
    const image = await page.screenshot()
    await page.close()
    if (image.length > MAX_BYTES && deviceScaleFactor > 1) continue
    write(file, image, `at ${deviceScaleFactor}×`)
    return
  }
}

/** What a viewer sees who denies the call, breaks the trace and repairs it: an animated PNG of a few seconds. */
async function capture() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'light' })
  await page.goto(lab.dashboardUrl)
  await page.locator('#verdict-text', { hasText: 'Unbroken' }).waitFor()
  /** @type {{ image: Buffer, ms: number }[]} */
  const frames = []
  const shoot = async (ms = 1600) => frames.push({ image: await page.screenshot({ scale: 'css' }), ms })
  await shoot()
  await page.click('#access')
  await page.locator('#state-label', { hasText: 'Denied' }).waitFor()
  await page.locator('#changes-text', { hasText: 'gone: counting' }).waitFor()
  await shoot(2600)
  await page.click('#access')
  await page.locator('#changes-text', { hasText: 'new: counting' }).waitFor()
  await shoot()
  await page.click('#propagation')
  await page.locator('#verdict-text', { hasText: /^Broken$/ }).waitFor()
  await shoot(2600)
  await page.click('#propagation')
  await page.locator('#changes-text', { hasText: 'new:' }).waitFor()
  await page.locator('#verdict-text', { hasText: 'Unbroken' }).waitFor()
  await shoot()
  await page.close()
  write(path.join(images, 'page.png'), toAnimatedPng(frames), `${frames.length} frames`)
}

/**
 * @param {string} file
 * @param {Buffer} image
 * @param {string} note
 */
function write(file, image, note) {
  fs.mkdirSync(images, { recursive: true })
  fs.writeFileSync(file, image)
  console.log(`${path.relative(ROOT, file)}: ${Math.round(image.length / 1000)} kB, ${note}`)
}

/**
 * @param {string} route
 * @param {object} [body]
 */
async function ask(route, body = {}) {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${lab.dashboardUrl}${route}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${route} answered ${answer.status}`)
}

/** @param {number} ms */
function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function findBrowser() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  for (const name of names) {
    try {
      return process.env['CHROMIUM_BIN'] ?? execFileSync('which', [name], { encoding: 'utf8' }).trim()
    } catch {
      // The next name.
    }
  }
  throw new Error('no Chromium: install one (Debian: apt-get install chromium) or set CHROMIUM_BIN')
}
