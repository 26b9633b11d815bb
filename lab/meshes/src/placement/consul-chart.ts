import { demoPorts, LabError } from '@throughline/lab-programs'
import type { ChartPlacement } from '../consul/read-chart.ts'
import type { PrepareOptions } from '../mesh-module.ts'
import type { ServiceName } from '../service-name.ts'
import type { ConsulPlacement } from './consul-placement.ts'
import { placeConsulInPods } from './consul-pods.ts'
import { podsOfChart } from './pod-placement.ts'

/**
 * The pods of a chart in network namespaces, each with the environment, user, names and network policy of the chart.
 * The lab does the work of Consul's injector; there is no container and no kubelet.
 *
 * @throws LabError TL_USAGE on loopback, and as `placeConsulInPods`
 */
export async function placeConsulAsChart(options: PrepareOptions, chart: ChartPlacement): Promise<ConsulPlacement> {
  if (options.settings.topology === 'loopback') {
    throw new LabError('TL_USAGE', "a chart's pods need --topology namespaces")
  }
  const inPods = await placeConsulInPods(options, { pods: podsOfChart(chart), backendHosts: chart.outside })
  const envOf = (name: ServiceName): Record<string, string> => chart.pods.find((pod) => pod.name === name)?.env ?? {}
  const { otlp, zipkin, query } = demoPorts
  return {
    ...inPods,
    placement: {
      ...inPods.placement,
      // The chart names Jaeger's own ports.
      backendPorts: { otlp, zipkin, query },
      env: { counting: envOf('counting'), dashboard: envOf('dashboard') },
    },
  }
}
