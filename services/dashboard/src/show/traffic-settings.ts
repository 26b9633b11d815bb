import { formatBaggage, parseBaggage } from '@throughline/propagation'
import { isRecord } from 'throughline'

/** `auto`: one request a second while anyone is viewing the page; `1` and `10`: that many a second, always. */
export const TRAFFIC_RATES = ['auto', 'off', '1', '10'] as const
export type TrafficRate = (typeof TRAFFIC_RATES)[number]

/** How the dashboard sends its own requests. */
export interface TrafficSettings {
  rate: TrafficRate
  /** The baggage member `throughline-fault` of each request, such as `delay:500`; null = none. */
  fault: string | null
  /** False: the dashboard does not propagate trace headers to counting. */
  propagation: boolean
}

/** Reads a change of the settings; undefined when a value is not one of the choices. */
export function parseTrafficChange(body: unknown): Partial<TrafficSettings> | undefined {
  if (!isRecord(body)) return undefined
  const { rate, fault, propagation } = body
  const known = TRAFFIC_RATES.find((name) => name === rate)
  if (rate !== undefined && known === undefined) return undefined
  if (fault !== undefined && fault !== null && !isLastingFault(fault)) return undefined
  if (propagation !== undefined && typeof propagation !== 'boolean') return undefined
  return {
    ...(known !== undefined && { rate: known }),
    ...(fault !== undefined && { fault: fault as string | null }),
    ...(propagation !== undefined && { propagation }),
  }
}

/** The `baggage` header for these settings; undefined when none is needed. */
export function trafficBaggage({ fault, propagation }: Omit<TrafficSettings, 'rate'>): string | undefined {
  return formatBaggage([
    ...(fault === null ? [] : [{ key: 'throughline-fault', value: fault }]),
    ...(propagation ? [] : [{ key: 'throughline-propagation', value: 'off' }]),
  ])
}

/** Whether a request asks the dashboard not to propagate its trace. */
export function asksForBrokenTrace(baggage: string | undefined): boolean {
  return parseBaggage(baggage)?.some(({ key, value }) => key === 'throughline-propagation' && value === 'off') ?? false
}

/** A crash is not a setting: counting would never come up again. */
function isLastingFault(value: unknown): boolean {
  return typeof value === 'string' && /^((delay|trickle):[1-9]\d{0,4}|error:(0\.\d{1,3}|1))$/.test(value)
}
