import fs from 'node:fs/promises'
import path from 'node:path'

const folder = path.join(import.meta.dirname, '../../charts/test/schemas/consul.hashicorp.com')

type Schema = Record<string, unknown>

/**
 * Consul's custom resource definitions, as far as the charts use them: consul-k8s can't be built from Go modules, so these
 * are made of the schemas that the tests of the charts have, which were written from Consul's documentation.
 */
export async function consulDefinitions(): Promise<object[]> {
  const files = (await fs.readdir(folder)).toSorted()
  return await Promise.all(
    files.map(async (file) => {
      const schema = JSON.parse(await fs.readFile(path.join(folder, file), 'utf8')) as {
        title: string
        properties: { spec: Schema }
      }
      return definition(schema.title.split(',', 1)[0] ?? '', structural(schema.properties.spec))
    }),
  )
}

function definition(kind: string, spec: Schema): object {
  const singular = kind.toLowerCase()
  const plural = singular.endsWith('s') ? singular : `${singular}es`
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.consul.hashicorp.com` },
    spec: {
      group: 'consul.hashicorp.com',
      scope: 'Namespaced',
      names: { plural, singular, kind },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec }, required: ['spec'] } },
        },
      ],
    },
  }
}

/** An API server wants a type everywhere, and refuses unknown fields by itself. */
function structural({ additionalProperties: _closed, ...schema }: Schema): Schema {
  const properties = schema['properties'] as Record<string, Schema> | undefined
  const items = schema['items'] as Schema | undefined
  return {
    ...schema,
    ...('enum' in schema && { type: 'string' }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, structural(one)])),
    }),
    ...(items !== undefined && { items: structural(items) }),
  }
}
