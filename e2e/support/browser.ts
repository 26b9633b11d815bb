import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll } from 'vitest'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const macPaths = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** `CHROMIUM_BIN`, else the first Chromium or Chrome of this machine. */
function findBrowser(): string | undefined {
  const named = process.env['CHROMIUM_BIN']
  if (named) return named
  return names.map(onPath).find((found) => found !== undefined) ?? macPaths.find((file) => fs.existsSync(file))
}

/** Returns the browser, or skips the test and says how to get one; in CI nothing is skipped. */
export function requireBrowser(context: { skip: (note: string) => never }): string {
  const found = findBrowser()
  if (found !== undefined) return found
  const note = 'no Chromium: install one (Debian: apt-get install chromium) or set CHROMIUM_BIN'
  if (process.env['CI']) throw new Error(note)
  return context.skip(note)
}

/** One for all tests of a file: a browser takes as long to start as many a test to run. */
let browser: Promise<Browser> | undefined
afterAll(async () => (await browser)?.close())

function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

/**
 * A page that shares nothing with any other: no cookies, no storage, no cache. Errors that the page logs are kept: a
 * test ends by asserting that there are none.
 */
export async function openPage(executablePath: string, url: string) {
  browser ??= launch(executablePath)
  const page: Page = await (await browser).newPage({ viewport: { width: 1280, height: 800 } })
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  // Chromium aborts what it is loading when a network interface appears or disappears, as with network namespaces.
  let interrupted = true
  page.on('requestfailed', (request) => (interrupted ||= request.failure()?.errorText === 'net::ERR_NETWORK_CHANGED'))
  for (let attempt = 0; interrupted && attempt < 3; attempt += 1) {
    interrupted = false
    await page.goto(url)
  }
  return { page, errors, [Symbol.asyncDispose]: () => page.context().close() }
}

function onPath(name: string): string | undefined {
  try {
    return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || undefined
  } catch {
    return undefined
  }
}
