import fs from 'node:fs/promises'
import path from 'node:path'
import type { Json } from '@throughline/lab-kube-api'
import { renderMesh } from './render-mesh.ts'

/** `mesh/` of the repository; the same from the sources and from the build. */
const meshFolder = new URL('../../../mesh/', import.meta.url)

/** Reads a file of `mesh/`, for example `envoy/bootstrap.yaml`, and renders it. */
export async function renderMeshFile(file: string, values: Record<string, Json> = {}): Promise<Json> {
  return renderMesh({ file: `mesh/${file}`, text: await fs.readFile(new URL(file, meshFolder), 'utf8') }, values)
}

/** Replaces a JSON file atomically: a reader sees all of the old file or all of the new one. */
export async function writeMeshFile(file: string, value: Json): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true })
  // In the same folder: a rename across file systems isn't one step, and Envoy watches this folder for renames.
  const temporary = `${file}.new`
  await fs.writeFile(temporary, JSON.stringify(value, null, 2))
  await fs.rename(temporary, file)
}
