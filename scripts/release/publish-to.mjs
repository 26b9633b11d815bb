// @ts-check
/** Publishes the packages, as they are built, in a registry to try them: `node scripts/release/publish-to.mjs <registry> <npmrc>`. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { packPackages, publishPackages } from './packages.mjs'

const [, , registry, userConfig] = process.argv
if (registry === undefined || userConfig === undefined) {
  console.error('node scripts/release/publish-to.mjs <registry> <npmrc>')
  process.exit(2)
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-publish-'))
try {
  publishPackages(packPackages(folder), { registry, userConfig })
} finally {
  fs.rmSync(folder, { recursive: true })
}
