import { describe, expect, it } from 'vitest'
import { LabError } from '@throughline/lab-programs'
import { renderMesh } from './render-mesh.ts'

const render = (text: string, values?: Parameters<typeof renderMesh>[1]) => renderMesh({ file: 'a.yaml', text }, values)

describe('renderMesh', () => {
  it('inserts a value as structured data', () => {
    const address = { socket_address: { address: '127.0.0.1', port_value: 9001 } }
    expect(render('address: ${APP}', { APP: address })).toEqual({ address })
    expect(render('percent: "${SAMPLING}"', { SAMPLING: 12.5 })).toEqual({ percent: 12.5 })
  })

  it('inserts a value into a longer text', () => {
    expect(render('path: ${DIR}/ca.pem', { DIR: '/run/certs' })).toEqual({ path: '/run/certs/ca.pem' })
  })

  it('inserts a value literally, even one that looks like a placeholder', () => {
    expect(render('path: a${DIR}', { DIR: '$& ${OTHER}' })).toEqual({ path: 'a$& ${OTHER}' })
  })

  it('leaves out a key whose value is null', () => {
    expect(render('name: x\ntracing: ${TRACING}', { TRACING: null })).toEqual({ name: 'x' })
  })

  it('keeps an empty object, since an empty list of policies is a rule', () => {
    expect(render('policies: ${POLICIES}', { POLICIES: {} })).toEqual({ policies: {} })
  })

  it.each([
    ['a missing value', 'a: ${MISSING}', {}, 'a.yaml uses ${MISSING}, which has no value'],
    ['an unused value', 'a: 1', { EXTRA: 1 }, 'a.yaml does not use the value EXTRA'],
    ['an object inside a text', 'a: x${APP}', { APP: {} }, 'a.yaml uses ${APP} inside a string'],
    ['an inherited property as a value', 'a: ${toString}', {}, 'a.yaml uses ${toString}'],
    ['invalid YAML', 'a: [', {}, 'a.yaml: '],
    ['a duplicate key', 'a: 1\na: 2', {}, 'a.yaml: '],
  ])('refuses %s, naming file and value', (_name, text, values, message) => {
    expect(() => render(text, values)).toThrow(LabError)
    expect(() => render(text, values)).toThrow(message)
  })
})
