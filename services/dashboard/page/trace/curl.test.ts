import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { spanToCurl, toCurl } from './curl.js'

/** The arguments that a shell makes of a command. */
const inShell = (command: string) =>
  execFileSync('sh', ['-c', command.replace(/^curl/, String.raw`printf '%s\n'`)], { encoding: 'utf8' })
    .trim()
    .split('\n')

describe('a request as a curl command', () => {
  it('reaches the shell unchanged, whatever a header contains', () => {
    const hostile = `a'b "c" $(id) \`id\` ; rm -rf / \n x`
    const command = toCurl('http://a/b?c=1&d=2', [{ name: 'baggage', value: hostile }])
    expect(inShell(command)).toEqual(['-s', '-H', `baggage: ${hostile.replace('\n', ' ')}`, 'http://a/b?c=1&d=2'])
  })

  it('needs no quotes for a plain URL', () => {
    expect(toCurl('http://127.0.0.1:9002/api/count')).toBe('curl -s http://127.0.0.1:9002/api/count')
  })
})

describe('the call of a client span', () => {
  const row = (kind: string, name: string, value: string) =>
    ({ kind, attributes: [{ name, value }] }) as unknown as Parameters<typeof spanToCurl>[0]

  it('is its URL with the outgoing headers', () => {
    const sent = [{ name: 'traceparent', value: '00-a-b-01' }]
    expect(spanToCurl(row('client', 'url.full', 'http://a/'), sent)).toBe(
      "curl -s -H 'traceparent: 00-a-b-01' http://a/",
    )
    expect(spanToCurl(row('client', 'http.url', 'http://a/'), [])).toBe('curl -s http://a/')
  })

  it('is unknown for a server span, and for a URL that is not HTTP', () => {
    expect(spanToCurl(row('server', 'url.full', 'http://a/'), [])).toBeNull()
    expect(spanToCurl(row('client', 'url.full', 'file:///etc/passwd'), [])).toBeNull()
    expect(spanToCurl(row('client', 'other', 'http://a/'), [])).toBeNull()
  })
})
