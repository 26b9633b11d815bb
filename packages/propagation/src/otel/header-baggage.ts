import { type Baggage, type BaggageEntry, baggageEntryMetadataFromString, propagation } from '@opentelemetry/api'
import { formatBaggage, parseBaggage } from '../formats/baggage.ts'

/** OpenTelemetry's `Baggage` over a checked header; it is parsed when it is read, and forwarded unchanged. */
export class HeaderBaggage implements Baggage {
  // One is made for every request, and a `#field` takes several times as long to make.
  private readonly header: string
  private parsed: Baggage | undefined

  /** @param header as `checkBaggage` returns it. */
  constructor(header: string) {
    this.header = header
  }

  /** Any baggage as a header within the limits of W3C Baggage; `undefined` for an empty one. */
  static headerOf(baggage: Baggage): string | undefined {
    if (baggage instanceof HeaderBaggage) return baggage.header
    return formatBaggage(
      baggage.getAllEntries().map(([key, { value, metadata }]) => ({ key, value, properties: metadata?.toString() })),
    )
  }

  getEntry(key: string): BaggageEntry | undefined {
    return this.read().getEntry(key)
  }

  getAllEntries(): [string, BaggageEntry][] {
    return this.read().getAllEntries()
  }

  setEntry(key: string, entry: BaggageEntry): Baggage {
    return this.read().setEntry(key, entry)
  }

  removeEntry(key: string): Baggage {
    return this.read().removeEntry(key)
  }

  removeEntries(...keys: string[]): Baggage {
    return this.read().removeEntries(...keys)
  }

  clear(): Baggage {
    return this.read().clear()
  }

  private read(): Baggage {
    this.parsed ??= propagation.createBaggage(
      Object.fromEntries(
        (parseBaggage(this.header) ?? []).map(({ key, value, properties }): [string, BaggageEntry] => [
          key,
          properties === undefined ? { value } : { value, metadata: baggageEntryMetadataFromString(properties) },
        ]),
      ),
    )
    return this.parsed
  }
}
