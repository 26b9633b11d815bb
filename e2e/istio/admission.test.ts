import type { KubeObject } from '@throughline/lab-kube-api'
import { pollUntil } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { startControlPlane, useControlPlane } from './support/control-plane.ts'
import { examples } from './support/examples.ts'
import { readValidations } from './support/validated.ts'

const controlPlane = useControlPlane()

/** An object of one of Istio's groups, with the fault of a test. */
function policy(apiVersion: string, kind: string, spec: object): KubeObject {
  return { apiVersion: `${apiVersion}.istio.io/v1`, kind, metadata: { name: 'planted', namespace: 'refused' }, spec }
}

const allowFrom = (source: object) => policy('security', 'AuthorizationPolicy', { rules: [{ from: [{ source }] }] })

describe('istiod’s validation webhook', () => {
  it.for(examples)('accepts everything that charts/istio renders: $name', async ({ name, file }, context) => {
    const { kubeApi, istiod, render } = await controlPlane(context)
    const objects = await render('istio', { namespace: name, files: [file] })
    const before = await readValidations(istiod)
    await kubeApi.apply(objects)
    const ofIstio = objects.filter(({ apiVersion }) => apiVersion.includes('.istio.io/'))
    expect(ofIstio.length).toBeGreaterThan(3)
    // Accepted because the webhook was called, not because it was skipped.
    const { passed, failed } = await readValidations(istiod)
    expect({ passed: passed - before.passed, failed: failed - before.failed }).toEqual({
      passed: ofIstio.length,
      failed: 0,
    })
  })

  it.for([
    {
      fault: 'a source without a principal',
      planted: allowFrom({}),
      words: '`from.source` must not be empty, found at rule 0',
    },
    {
      fault: 'a path that is not a pattern',
      planted: policy('security', 'AuthorizationPolicy', {
        rules: [{ to: [{ operation: { paths: ['/{**}/{*}'] } }] }],
      }),
      words: 'invalid or unsupported path',
    },
    {
      fault: 'an unknown mode',
      planted: policy('security', 'PeerAuthentication', { mtls: { mode: 'STRICKT' } }),
      words: 'for enum istio.security.v1beta1.PeerAuthentication.MutualTLS.Mode',
    },
    {
      fault: 'an exception for a port of every workload at once',
      planted: policy('security', 'PeerAuthentication', { portLevelMtls: { 9002: { mode: 'PERMISSIVE' } } }),
      words: 'mesh/namespace peer authentication cannot have port level mTLS',
    },
    {
      fault: 'a rule for no host',
      planted: policy('networking', 'DestinationRule', { trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } }),
      words: 'empty domain name not allowed',
    },
    {
      fault: 'more than 100 percent of the requests',
      planted: policy('telemetry', 'Telemetry', { tracing: [{ randomSamplingPercentage: 101 }] }),
      words: 'randomSamplingPercentage',
    },
    {
      fault: 'an egress without hosts',
      planted: policy('networking', 'Sidecar', { egress: [{}] }),
      words: 'sidecar: egress listener must contain at least one host',
    },
  ])('refuses $fault, in Istio’s own words', async ({ planted, words }, context) => {
    const { kubeApi } = await controlPlane(context)
    const refusal = await kubeApi.apply([planted]).catch((error: unknown) => error)
    expect(refusal).toMatchObject({
      code: 400,
      message: expect.stringMatching(/^admission webhook "\S*validation\.istio\.io" denied the request: /),
    })
    expect((refusal as Error).message).toContain(words)
    expect(kubeApi.get({ ...planted.metadata, kind: planted.kind, apiVersion: planted.apiVersion })).toBeUndefined()
  })

  it('accepts a misspelled rule, which allows every request; istioctl validate finds it', async (context) => {
    const { kubeApi } = await controlPlane(context)
    const misspelled = policy('security', 'AuthorizationPolicy', { rules: [{ form: [{ source: {} }] }] })
    expect(await kubeApi.apply([misspelled])).toHaveLength(1)
    kubeApi.delete({ ...misspelled.metadata, kind: misspelled.kind })
  })

  it('refuses an invalid update, and keeps the stored object', async (context) => {
    const { kubeApi } = await controlPlane(context)
    const good = allowFrom({ principals: ['cluster.local/ns/throughline/sa/dashboard'] })
    await kubeApi.apply([good])
    await expect(kubeApi.apply([allowFrom({})])).rejects.toThrow('`from.source` must not be empty')
    expect(kubeApi.get({ ...good.metadata, kind: good.kind })?.spec).toEqual(good.spec)
  })

  it.for([
    ['security.istio.io/v1beta1', 'PeerAuthentication', { mtls: { mode: 'STRICT' } }],
    ['security.istio.io/v1beta1', 'AuthorizationPolicy', {}],
    ['networking.istio.io/v1alpha3', 'DestinationRule', { host: 'counting' }],
  ] as const)('accepts an object from 2020, %s %s, as today’s', async ([apiVersion, kind, spec], context) => {
    const { kubeApi } = await controlPlane(context)
    const metadata = { name: 'old', namespace: 'old' }
    await kubeApi.apply([{ apiVersion, kind, metadata, spec }])
    const today = `${apiVersion.split('/')[0]}/v1`
    expect(kubeApi.get({ ...metadata, kind, apiVersion: today })).toMatchObject({ apiVersion: today, spec })
  })

  it('writes nothing while nothing changes', async (context) => {
    const { kubeApi } = await controlPlane(context)
    let last = -1
    const settled = () => {
      const before = last
      last = kubeApi.version()
      return before === last ? true : undefined
    }
    // A controller that reacts to its own writes would change the version between any two reads.
    await pollUntil(settled, { deadline: 10_000, interval: 500, what: 'the store to stand still' })
    expect(kubeApi.version()).toBe(last)
  })
})

describe('when istiod is down', () => {
  it('policies can’t be written, and its policies and authority survive the restart', async (context) => {
    await controlPlane(context)
    const plane = await startControlPlane({})
    const { kubeApi, istiod, render } = plane
    try {
      await kubeApi.apply(await render('istio', { namespace: 'throughline' }))
      const root = istiod.rootCertificate()
      const pid = istiod.pid() ?? 0
      process.kill(pid, 'SIGKILL')
      await pollUntil(() => (istiod.pid() === undefined ? true : undefined), {
        deadline: 5000,
        what: 'istiod to be gone',
      })
      const written = allowFrom({ namespaces: ['throughline'] })
      await expect(kubeApi.apply([written])).rejects.toThrow('failed calling webhook')
      await pollUntil(() => kubeApi.apply([written]).catch(() => undefined), {
        deadline: 20_000,
        what: 'istiod to be back',
      })
      expect(istiod.pid()).not.toBe(pid)
      expect(istiod.rootCertificate()).toBe(root)
      await expect(kubeApi.apply([allowFrom({})])).rejects.toThrow('`from.source` must not be empty')
    } finally {
      await plane.stop()
    }
  })
})
