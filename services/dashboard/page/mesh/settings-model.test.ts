import { describe, expect, it } from 'vitest'
import { buildSettings, judgeChange } from './settings-model.js'

const rule = {
  name: 'rule',
  label: 'Rule',
  value: 'allow',
  choices: [
    { value: 'allow', label: 'Allow', effect: 'Calls go through.' },
    { value: 'deny', label: 'Deny', effect: 'Calls get 403.' },
  ],
}
const settled = { known: true, requested: null }
const [shown] = buildSettings([rule], settled)
const checked = (control: typeof shown) => control?.options.map((option) => option.checked)

describe('a setting on the page', () => {
  it('has the choice in force checked, and states its effect', () => {
    expect(checked(shown)).toEqual([true, false])
    expect(shown).toMatchObject({ kind: 'segments', note: 'Calls go through.' })
  })

  it('leaves it checked while another is requested', () => {
    const [control] = buildSettings([rule], { known: true, requested: { name: 'rule', value: 'deny' } })
    expect(checked(control)).toEqual([true, false])
    expect(control?.options.map(({ requested }) => requested)).toEqual([false, true])
    expect(control?.note).toBe('Switching to “Deny”…')
    const [other] = buildSettings([rule], { known: true, requested: { name: 'mtls', value: 'deny' } })
    expect(other?.note).toBe('Calls go through.')
  })

  it('checks nothing for a mesh that does not answer, or for an unlisted value', () => {
    const [unknown] = buildSettings([rule], { known: false, requested: null })
    expect([checked(unknown), unknown?.note]).toEqual([[false, false], 'Unknown: the mesh does not answer.'])
    const [odd] = buildSettings([{ ...rule, value: 'tuesdays' }], settled)
    expect([checked(odd), odd?.note]).toEqual([[false, false], 'In force: “tuesdays”, which is not one of these.'])
  })

  it('is a list where the choices are many, or long', () => {
    const choices = (count: number, label: string) =>
      Array.from({ length: count }, (_, index) => ({ value: `${index}`, label, effect: '' }))
    const kind = (count: number, label: string) =>
      buildSettings([{ ...rule, choices: choices(count, label) }], settled)[0]?.kind
    expect([kind(5, 'short'), kind(6, 'short'), kind(3, 'x'.repeat(30))]).toEqual(['segments', 'list', 'list'])
  })
})

describe('the announcement after a change', () => {
  it('is the effect once it is in force', () => {
    expect(judgeChange([rule], { name: 'rule', value: 'allow' })).toEqual({ done: 'Rule: Allow. Calls go through.' })
  })

  it('is a failure while the mesh reports another choice, whatever it answered', () => {
    expect(judgeChange([rule], { name: 'rule', value: 'deny' })).toEqual({
      failed: 'it reports “Allow” as in force.',
    })
    expect(judgeChange([], { name: 'rule', value: 'deny' })).toEqual({ failed: 'it reports “nothing” as in force.' })
  })
})
