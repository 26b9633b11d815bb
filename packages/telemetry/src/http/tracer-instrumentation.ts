import { trace, type MeterProvider, type Tracer, type TracerProvider } from '@opentelemetry/api'
import { VERSION } from '../version.ts'

/** Settings of any instrumentation. */
export interface InstrumentationConfig {
  /** Default: true. */
  enabled?: boolean
}

/** OpenTelemetry's `Instrumentation`, declared here so that its package need not be installed. */
export interface Instrumentation<Config extends InstrumentationConfig = InstrumentationConfig> {
  instrumentationName: string
  instrumentationVersion: string
  disable(): void
  enable(): void
  setTracerProvider(provider: TracerProvider): void
  setMeterProvider(provider: MeterProvider): void
  setConfig(config: Config): void
  getConfig(): Config
}

/**
 * What an OpenTelemetry `Instrumentation` needs when it patches nothing: a tracer and a switch.
 *
 * `InstrumentationBase` is not used because importing it installs module loader hooks, which spans that need no
 * patching shouldn't pay for.
 */
export abstract class TracerInstrumentation<Config extends InstrumentationConfig> implements Instrumentation<Config> {
  readonly instrumentationName: string
  readonly instrumentationVersion = VERSION
  protected tracer: Tracer
  protected config: Config
  #enabled = false

  constructor(name: string, config: Config) {
    this.instrumentationName = name
    this.config = config
    this.tracer = trace.getTracer(name, VERSION)
  }

  /** Called once when spans are wanted. */
  protected abstract onEnable(): void
  /** Called once when spans are no longer wanted. */
  protected abstract onDisable(): void

  get enabled(): boolean {
    return this.#enabled
  }

  enable(): void {
    if (this.#enabled) return
    this.#enabled = true
    this.onEnable()
  }

  disable(): void {
    if (!this.#enabled) return
    this.#enabled = false
    this.onDisable()
  }

  setTracerProvider(provider: TracerProvider): void {
    this.tracer = provider.getTracer(this.instrumentationName, this.instrumentationVersion)
  }

  setMeterProvider(_provider: MeterProvider): void {
    // No metrics yet.
  }

  setConfig(config: Config): void {
    this.config = config
  }

  /** `enabled` tells the SDK whether it still has to call `enable()`. */
  getConfig(): Config {
    return { ...this.config, enabled: this.#enabled }
  }
}
