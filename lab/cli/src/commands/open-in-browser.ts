import { spawn } from 'node:child_process'

/** Opens a page in the user's browser, or logs that it can't. */
export function openInBrowser(url: string, log: (line: string) => void): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true })
  child.on('error', () => log(`There is no ${opener} on this machine; open ${url} yourself.`))
  child.unref()
}
