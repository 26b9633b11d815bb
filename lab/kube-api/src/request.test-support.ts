import type { KubeObject } from './kube-object.ts'
import type { FakeKubeApi } from './create-fake-kube-api.ts'

export interface Answer<T> {
  status: number
  body: T
}

interface AskOptions {
  method?: string
  body?: object
  headers?: Record<string, string>
}

/** One request to the fake API, as a client in the network makes it. */
export async function ask<T = KubeObject & { message: string; items: KubeObject[] }>(
  { url }: Pick<FakeKubeApi, 'url'>,
  path: string,
  { method = 'GET', body, headers = {} }: AskOptions = {},
): Promise<Answer<T>> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T }
}

interface WatchLine {
  type: string
  object: KubeObject & { code?: number }
}

/** An open watch, read line by line; without bookmarks of its progress, which an API server sends when it likes. */
export async function watch({ url }: Pick<FakeKubeApi, 'url'>, path: string, headers: Record<string, string> = {}) {
  const controller = new AbortController()
  const response = await fetch(`${url}${path}`, { headers, signal: controller.signal })
  const lines = readLines(response)
  return {
    /** The next line in short: `ADDED name`. */
    next: async () => {
      const { value } = await lines.next()
      return value === undefined
        ? 'closed'
        : `${value.type} ${value.object.metadata?.name ?? value.object.code ?? ''}`.trim()
    },
    nextLine: async () => (await lines.next()).value,
    [Symbol.dispose]: () => controller.abort(),
  }
}

/** The one after the objects that were there already is annotated. */
function isProgress({ type, object }: WatchLine): boolean {
  return type === 'BOOKMARK' && object.metadata?.annotations?.['k8s.io/initial-events-end'] === undefined
}

async function* readLines(response: Response): AsyncGenerator<WatchLine, undefined> {
  let rest = ''
  for await (const chunk of response.body ?? []) {
    rest += Buffer.from(chunk).toString()
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const event = JSON.parse(line) as WatchLine
      if (!isProgress(event)) yield event
    }
  }
  return undefined
}

/** A custom resource definition with one served version each; the last is stored. */
export function definition(kind: string, versions: string[]): KubeObject {
  const plural = `${kind.toLowerCase()}s`
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.test` },
    spec: {
      group: 'example.test',
      scope: 'Namespaced',
      names: { plural, kind, shortNames: [kind.slice(0, 2).toLowerCase()] },
      versions: versions.map((name, index) => ({ name, served: true, storage: index === versions.length - 1 })),
    },
  }
}

export function configMap(name: string, more: Partial<KubeObject['metadata']> & { data?: object } = {}): KubeObject {
  const { data = {}, ...metadata } = more
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...metadata }, data }
}
