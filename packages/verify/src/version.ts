import fs from 'node:fs'

/** Of the package; in the user agent of every probe. */
export const version = (
  JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version
