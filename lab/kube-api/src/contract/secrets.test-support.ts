import { expect } from 'vitest'
import { ask } from '../request.test-support.ts'
import type { OpenKubeApi } from './open-kube-api.test-support.ts'

export interface SecretParts {
  data?: Record<string, string>
  labels?: Record<string, string>
}

/** Base64 of a word. */
export const encode = (word: string): string => Buffer.from(word).toString('base64')

export const secret = (name: string, { data = {}, labels }: SecretParts = {}): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, ...(labels && { labels }) },
  data: Object.fromEntries(Object.entries(data).map(([key, word]) => [key, encode(word)])),
})

/** Creates Secrets. */
export async function create(api: OpenKubeApi, ...objects: object[]): Promise<void> {
  for (const body of objects) expect((await ask(api, api.secrets, { method: 'POST', body })).status).toBe(201)
}

/** Replaces what an object has beside its metadata. */
export async function replace(api: OpenKubeApi, path: string, more: object) {
  const { body } = await ask(api, path)
  return await ask(api, path, { method: 'PUT', body: { ...body, ...more } })
}
