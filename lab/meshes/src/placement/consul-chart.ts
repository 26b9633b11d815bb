import { demoPorts, LabError } from '@throughline/lab-programs'
import type { PrepareOptions } from '../mesh-module.ts'
import type { ServiceName } from '../service-name.ts'
import type { ConsulPlacement } from './consul-placement.ts'
import type { ChartPlacement } from '../consul/read-chart.ts'
import { placeConsulInPods } from './consul-pods.ts'
import { podsOfChart } from './pod-placement.ts'

/**
 * The pods of a chart in network namespaces, each with the environment, user, names and network policy that it has there.
 * The injector, the container and the kubelet are not there: this lab stands in for the first, and has nothing of the
 * others.
 *
 * @throws LabError TL_USAGE for a choice that the chart has made already, and as `placeConsulInPods`
 */
export async function placeConsulAsChart(given: PrepareOptions, chart: ChartPlacement): Promise<ConsulPlacement> {
  const { bypass, topology } = given.options
  if (topology === 'loopback') throw new LabError('TL_USAGE', "a chart's pods need --topology namespaces")
  if (bypass !== undefined) throw new LabError('TL_USAGE', 'with --from-chart the bypass is what the chart makes it')
  const place = await placeConsulInPods(given, { pods: podsOfChart(chart), backendHosts: chart.outside })
  const envOf = (name: ServiceName): Record<string, string> => chart.pods.find((pod) => pod.name === name)?.env ?? {}
  const { otlp, zipkin, query } = demoPorts
  return {
    ...place,
    placement: {
      ...place.placement,
      // The chart names Jaeger's own.
      backendPorts: { otlp, zipkin, query },
      env: { counting: envOf('counting'), dashboard: envOf('dashboard') },
    },
  }
}
