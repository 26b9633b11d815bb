import { describe, expect, it } from 'vitest'
import { clusterHelp, parseClusterOptions } from './cluster-options.ts'

describe('flags of the cluster command', () => {
  it('has a default for each but the mesh', () => {
    expect(parseClusterOptions(['--mesh', 'consul'])).toEqual({
      mesh: 'consul',
      images: true,
      page: true,
      down: false,
      dryRun: false,
      help: false,
    })
  })

  it('accepts every flag, and explains it in the help', () => {
    const flags =
      '--mesh istio --context work --registry registry.example.com:5000/team --values v.yaml --mesh-repo https://m.example.com --mesh-version 1.32.0 --mesh-values dir --no-page --down --dry-run'
    expect(parseClusterOptions(flags.split(' '))).toEqual({
      mesh: 'istio',
      context: 'work',
      registry: 'registry.example.com:5000/team',
      images: true,
      values: 'v.yaml',
      meshRepository: 'https://m.example.com',
      meshVersion: '1.32.0',
      meshValues: 'dir',
      page: false,
      down: true,
      dryRun: true,
      help: false,
    })
    for (const flag of [...flags.split(' '), '--no-images', '--help'].filter((word) => word.startsWith('--'))) {
      expect(clusterHelp).toContain(flag)
    }
  })

  it('needs no mesh to take down', () => {
    expect(parseClusterOptions(['--down']).down).toBe(true)
  })

  it.each([
    [[], /^--mesh must be one of istio, consul, none$/],
    [['--mesh', 'linkerd'], /^--mesh must be one of istio, consul, none, not "linkerd"$/],
    [['--down', '--mesh', 'x'], /not "x"/],
    [['--mesh', 'istio', '--registry', 'https://r.example.com'], /^--registry must be a host/],
    [['--mesh', 'istio', '--registry', 'r.example.com/'], /^--registry must be a host/],
    [['--mesh', 'istio', '--registry', ''], /^--registry must have a value$/],
    [['--mesh', 'istio', '--context='], /^--context must have a value$/],
    [['--mesh', 'istio', '--values='], /^--values must have a value$/],
    [['--mesh', 'istio', '--registry', 'r', '--no-images'], /exclude each other/],
    [['--mesh', 'istio', '--nope'], /'--nope'/],
    [['--mesh', 'istio', 'word'], /'word'/],
  ])('%j is refused in one line', (args, message) => {
    expect(() => parseClusterOptions(args)).toThrow(
      expect.objectContaining({ code: 'TL_USAGE', message: expect.stringMatching(message) }),
    )
  })
})
