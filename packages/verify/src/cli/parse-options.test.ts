import { describe, expect, it } from 'vitest'
import { parseVerifyCommand } from './parse-options.ts'
import { UsageError } from './usage-error.ts'

const parse = (line: string) => parseVerifyCommand(line.split(' '))
const BASE = 'http://shop.local/cart --traces http://jaeger:16686'

describe('parseVerifyCommand', () => {
  it('requires a URL and a backend, and has defaults for everything else', () => {
    expect(parse(BASE)).toMatchObject({
      url: 'http://shop.local/cart',
      traces: 'http://jaeger:16686',
      method: 'GET',
      repeat: 2,
      settleMs: 6500,
      format: 'text',
      level: 'error',
      envoys: [],
      only: [],
    })
  })

  it('reads repeatable options', () => {
    const command = parse(`${BASE} --envoy http://a:1 --envoy http://b:2 --only TLV101,tlv103 --only TLV104`)
    expect(command.envoys).toEqual(['http://a:1', 'http://b:2'])
    expect(command.only).toEqual(['TLV101', 'TLV103', 'TLV104'])
    expect(
      parseVerifyCommand([...BASE.split(' '), '-H', 'Authorization: Bearer x', '--expect', 'a > b>c']),
    ).toMatchObject({
      headers: { authorization: 'Bearer x' },
      expect: ['a', 'b', 'c'],
    })
  })

  it('reads the ports to listen at', () => {
    expect(parse('http://shop.local --listen 4317,9411').listen).toEqual({
      host: '127.0.0.1',
      grpc: 4317,
      zipkin: 9411,
    })
    expect(parse('http://shop.local --listen http=14318 --listen-host 0.0.0.0').listen).toEqual({
      host: '0.0.0.0',
      http: 14_318,
    })
  })

  it.each([
    ['deploy/cart', { kind: 'deployment', name: 'cart', namespace: null, port: null, path: '/' }],
    ['deploy/cart:/item?id=1', { kind: 'deployment', port: null, path: '/item?id=1' }],
    ['svc/cart:8080/item', { kind: 'service', port: '8080', path: '/item' }],
    ['service/cart:http:/item', { kind: 'service', port: 'http', path: '/item' }],
    ['po/cart-5d9-x1', { kind: 'pod', name: 'cart-5d9-x1' }],
    ['sts/cart.shop:/', { kind: 'statefulset', namespace: 'shop' }],
  ])('reads the target %s in a cluster, with the backend looked for', (target, expected) => {
    const { url, traces, cluster } = parse(`--context prod ${target}`)
    expect({ url, traces, ...cluster }).toMatchObject({ url: undefined, traces: undefined, context: 'prod' })
    expect(cluster).toMatchObject({ target: expected, traces: undefined })
  })

  it('reads a backend in the cluster, or outside', () => {
    const inside = parse('--context prod -n shop deploy/cart --traces zipkin=svc/tracing.observability')
    expect(inside).toMatchObject({
      traces: undefined,
      cluster: {
        namespace: 'shop',
        traces: { kind: 'zipkin', target: { name: 'tracing', namespace: 'observability' } },
      },
    })
    const outside = parse('--context prod deploy/cart.shop --traces https://jaeger.example.com')
    expect(outside).toMatchObject({
      traces: 'https://jaeger.example.com',
      cluster: { namespace: 'shop', traces: undefined },
    })
  })

  it('judges files alone, or adds them to what has objects', () => {
    expect(parse('--manifests deploy -n shop --format sarif')).toMatchObject({
      url: undefined,
      cluster: undefined,
      manifests: 'deploy',
      home: 'shop',
      format: 'sarif',
    })
    expect(parse('--manifests -')).toMatchObject({ manifests: '-', home: 'default' })
    expect(parse('--context prod deploy/cart --manifests deploy --sarif found.sarif')).toMatchObject({
      cluster: { context: 'prod' },
      manifests: 'deploy',
      sarif: 'found.sarif',
    })
    expect(parse('--from report.json --manifests deploy')).toMatchObject({ from: 'report.json', manifests: 'deploy' })
  })

  it.each([
    [`${BASE} --trace x`, /^Unknown option '--trace'$/],
    [`${BASE} --repeat`, /^Option '--repeat <value>' argument missing$/],
    ['--manifests deploy http://shop.local', /--manifests alone judges files.* leave http:\/\/shop\.local out/],
    ['--manifests deploy deploy/cart:/item', /leave deploy\/cart:\/item out/],
    ['--manifests deploy --traces http://jaeger', /sends no request: leave --traces out/],
    ['--manifests deploy -H a:b', /leave --header out/],
    ['--manifests=', /a folder, a file, or -/],
    ['deploy/cart:/item', /deploy\/cart:\/item is in which cluster\? .*--context/],
    ['http://shop.local --traces svc/jaeger.shop', /--traces svc\/jaeger\.shop needs --context/],
    [`${BASE} -n shop`, /--namespace needs --context/],
    ['--context prod http://shop.local', /KIND\/NAME:PORT\/PATH, not http/],
    ['--context prod', /KIND\/NAME:PORT\/PATH/],
    ['--context prod cm/istio', /KIND\/NAME/],
    ['--context prod deploy/Cart_1', /KIND\/NAME/],
    ['--context= deploy/cart', /kubectl config get-contexts/],
    ['--context prod -n a deploy/cart.b', /names another namespace/],
    ['', /which URL/],
    ['http://shop.local --traces jeager=http://jaeger', /jeager is no kind of backend/],
    ['http://shop.local --traces open-search=https://traces', /open-search is no kind of backend/],
    ['http://shop.local', /where are the spans/],
    ['shop.local --traces http://jaeger', /http:\/\//],
    [`${BASE} --listen 4318`, /One of --traces/],
    [`${BASE} --repeat 9`, /--repeat is a number from 1 to 5/],
    [`${BASE} --repeat two`, /--repeat is a number/],
    [`${BASE} --format xml`, /text, json, junit, markdown, sarif/],
    [`${BASE} --level fatal`, /error, warning, note/],
    [`${BASE} --only 104`, /TLV104/],
    [`${BASE} --bypass http:1:2`, /HOST:PORT/],
    [`${BASE} --envoy 127.0.0.1:15000`, /--envoy must begin with/],
    [`${BASE} -H traceparent:00`, /probes’ own header/],
    [`${BASE} --listne 4318`, /listne/],
    [`${BASE} http://another`, /one URL/],
    ['http://shop.local --traces http://', /--traces must begin with http/],
    ['http://shop.local --traces jaeger=shop', /--traces must begin with http/],
    ['http://shop.local --traces zipkin=', /--traces must begin with http/],
    ['http://shop.local --traces ftp://jaeger', /--traces must begin with http/],
    ['http://shop.local --traces=', /--traces is a URL or a file/],
    ['http://shop.local --traces otlp=', /--traces is a URL or a file/],
    ['http://shop.local --listen 80', /4317, 4318, 9411/],
    ['--from report.json http://shop.local', /takes no URL/],
    ['--from report.json --traces http://jaeger', /--from judges a file.*leave --traces out/],
    ['--from report.json --repeat 3', /leave --repeat out/],
    [`${BASE} --repeat 0`, /from 1 to 5, not 0/],
    [`${BASE} --repeat 51`, /from 1 to 5, not 51/],
    [`${BASE} --repeat NaN`, /from 1 to 5, not NaN/],
    [`${BASE} --timeout Infinity`, /from 0.1 to 120/],
    [`${BASE} --bypass cart:8080/item`, /HOST:PORT or a URL/],
    [`${BASE} --bypass user@cart:8080`, /HOST:PORT or a URL/],
    ['--from=', /--from is the path of a file, not empty/],
    ['--from=a\0b', /--from is the path of a file/],
    [`${BASE} --save=`, /--save is the path of a file, not empty/],
    [`${BASE} --traces-ca=`, /--traces-ca is the path of a file, not empty/],
  ])('refuses “%s” and says what to write instead', (line, message) => {
    expect(() => parseVerifyCommand(line.split(' ').filter(Boolean))).toThrow(UsageError)
    expect(() => parseVerifyCommand(line.split(' ').filter(Boolean))).toThrow(message)
  })

  it.each(['zażółć', 'a\u0000b', 'a\u007f'])(
    'refuses a header value that HTTP can’t carry, without repeating it',
    (value) => {
      for (const option of ['--header', '--traces-header']) {
        const refused = () => parseVerifyCommand([...BASE.split(' '), option, `X-Key: ${value}`])
        expect(refused).toThrow(UsageError)
        expect(refused).toThrow(new RegExp(`^${option} X-Key: its value has characters that a header can't carry$`))
      }
    },
  )

  it.each(['', '--envoy ', '--bypass ', '--inside ', '--traces ', '--traces zipkin='])(
    'refuses credentials that no one could decode in “%s…”, without repeating them',
    (option) => {
      const line = `${option === '' ? '' : 'http://shop.local '}${option}http://u:hunter2%zz@host`
      const backend = /--traces/.test(option) ? [] : ['--traces', 'http://jaeger']
      const refused = () => parseVerifyCommand([...line.split(' '), ...backend])
      expect(refused).toThrow(UsageError)
      expect(refused).toThrow(/^(the URL|--\w+): write %25 for a % in its user name or password$/)
    },
  )

  it('does not repeat a malformed header, which may be a password', () => {
    expect(() => parseVerifyCommand([...BASE.split(' '), '-H', 'hunter2'])).toThrow(/^--header wants 'Name: value'$/)
  })
})
