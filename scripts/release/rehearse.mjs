// @ts-check
/**
 * Makes a release, and pushes its images and charts to a registry to try them, packages left where they are:
 * `node scripts/release/rehearse.mjs <folder> <registry> [what images of arm64 rest on]`. Prints the images' digests as JSON.
 */
import path from 'node:path'
import { pushCharts } from './charts.mjs'
import { pushImages } from './images.mjs'
import { makeRelease } from './release.mjs'
import { projectVersion } from './version.mjs'

const [folder, registry, runtime] = process.argv.slice(2)
if (folder === undefined || registry === undefined) {
  console.error('node scripts/release/rehearse.mjs <folder> <registry> [what images of arm64 rest on]')
  process.exit(2)
}
const version = projectVersion()
const images = `${registry}/throughline`
const { digests, archives } = await makeRelease(folder, {
  version,
  images,
  repository: 'https://git.example.com/mesh/throughline',
  buildArguments: (architecture) =>
    runtime !== undefined && architecture === 'arm64' ? ['--build-arg', `RUNTIME=${runtime}`] : [],
})
await pushImages(path.join(folder, 'images'), { version, registry: images })
await pushCharts(archives, `oci://${registry}/charts`)
console.log(JSON.stringify(digests))
