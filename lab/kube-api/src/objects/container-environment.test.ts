import { expect, it } from 'vitest'
import { containerEnvironment } from './container-environment.ts'

it('resolves fields and references to earlier variables, and leaves out unknown sources', () => {
  const env = [
    { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
    { name: 'ATTRIBUTES', value: 'pod=$(POD),later=$(LATER)' },
    { name: 'LATER', value: 'first' },
    { name: 'LATER', value: 'last' },
  ]
  expect(containerEnvironment({ env }, { 'metadata.name': 'counting-0' })).toEqual({
    POD: 'counting-0',
    ATTRIBUTES: 'pod=counting-0,later=$(LATER)',
    LATER: 'last',
  })
  expect(containerEnvironment({})).toEqual({})
})
