import fs from 'node:fs'
import path from 'node:path'
import type { KubeObject } from '@throughline/lab-kube-api'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { type KubernetesSchemas, loadKubernetesSchemas } from './kubernetes-schemas.ts'

/** The faults of an object, one line each; empty for a valid one. */
export type Validate = (object: KubeObject) => string[]

/**
 * Checks objects as an API server of one Kubernetes release would: built-in kinds with that release's strict schemas,
 * the meshes' and the Gateway API's kinds with ours. Unknown fields and unknown kinds are faults.
 */
export async function createValidator(release: string): Promise<Validate> {
  const schemas = await loadKubernetesSchemas(release)
  const builtIn = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  builtIn.addSchema(schemas)
  const compiled = new Map<string, ValidateFunction>()
  return (object) => {
    const type = `${object.apiVersion}/${object.kind}`
    const validate = compiled.get(type) ?? compileBuiltIn(builtIn, schemas, object) ?? compileOwn(object)
    if (validate === undefined) return [`${type}: no schema is known for this kind`]
    compiled.set(type, validate)
    validate(object)
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${object.kind}/${object.metadata.name}${instancePath}: ${message} ${JSON.stringify(params)}`,
    )
  }
}

/** `apps/v1` and `Deployment` → `io.k8s.api.apps.v1.Deployment`. */
function compileBuiltIn(
  ajv: Ajv2020,
  schemas: KubernetesSchemas,
  { apiVersion, kind }: KubeObject,
): ValidateFunction | undefined {
  const [version = '', group = 'core'] = apiVersion.split('/').toReversed()
  const name = `io.k8s.api.${group.replace(/\.k8s\.io$/, '')}.${version}.${kind}`
  return name in schemas.$defs ? ajv.compile({ $ref: `${schemas.$id}#/$defs/${name}` }) : undefined
}

const ownSchemas = path.join(import.meta.dirname, '../schemas')

/** Our schema of a custom kind, from `schemas/<group>/<kind>.json`; it names the version it is for. */
function compileOwn({ apiVersion, kind }: KubeObject): ValidateFunction | undefined {
  const [group = ''] = apiVersion.split('/')
  const file = path.join(ownSchemas, group, `${kind.toLowerCase()}.json`)
  if (!fs.existsSync(file)) return undefined
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true })
  ajv.addSchema(JSON.parse(fs.readFileSync(path.join(ownSchemas, 'metadata.json'), 'utf8')) as object)
  return ajv.compile(JSON.parse(fs.readFileSync(file, 'utf8')) as object)
}
