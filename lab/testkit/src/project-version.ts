import fs from 'node:fs'

/** The version of the project; packages, charts and images have no other. */
export const { version: projectVersion } = JSON.parse(
  fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string }
