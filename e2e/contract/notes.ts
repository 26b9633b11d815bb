import { median } from './latency.ts'

/** The observation without its verdict, and without addresses, which change each time. */
export function found(check: { found: string } | undefined): string {
  return (check?.found ?? '')
    .replace(/^\w+: /, '')
    .replace(/\.$/, '')
    .replaceAll(/\d+(\.\d+){3}(:\d+)?/g, '…')
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`
export const megabytes = (amount: number): string => `${Math.round(amount)} MB`
export const spread = (values: readonly number[]): string =>
  `${(median(values) / 1000).toFixed(2)} s (at most ${(Math.max(...values) / 1000).toFixed(2)} s)`

/** A footnote of docs/comparison.md. */
export function bypassTitle({ choice, open }: { choice: string; open: boolean }): string {
  return `with --bypass ${choice}, counting is reachable ${open ? 'without' : 'only through'} its sidecar`
}
