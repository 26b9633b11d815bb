import { expect, it } from 'vitest'
import { findObject } from './find-object.ts'
import { readObjects } from './read-objects.ts'

const DOCUMENTS = '---\n# nothing\n---\nkind: Service\nmetadata: {name: a}\n---\nkind: Service\nmetadata: {name: b}\n'

it('a stream yields its documents without the empty ones, and invalid YAML is an error', () => {
  expect(readObjects(DOCUMENTS).map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
  expect(() => readObjects('a: [')).toThrow('Flow sequence')
})

it('an object is found by kind and name, and the message for a missing one lists the others', () => {
  const objects = readObjects(DOCUMENTS)
  expect(findObject(objects, 'Service', 'b')).toBe(objects[1])
  expect(() => findObject(objects, 'Pod', 'b')).toThrow('0 objects are Pod/b; there are: Service/a, Service/b')
})
