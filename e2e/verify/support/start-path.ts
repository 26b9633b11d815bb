import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import { takeFreePort } from '@throughline/lab-programs'
import { type AppBehaviour, type AppOptions, otlpExporter, startApp } from './fixture-app.ts'
import type { Collectors, Listener, Tracing } from './envoy-config.ts'
import { startSidecar } from './start-sidecar.ts'
import { type StockApp, startStockService } from './start-stock-service.ts'
import { startAll } from '../../support/start-all.ts'

export interface PathOptions {
  frontend: AppBehaviour | StockApp
  cart: AppBehaviour | StockApp
  /** Default: the OpenTelemetry tracer at 100 %, in both sidecars. */
  tracing?: Tracing
  /** The tracer of the gateway, where it differs. */
  gatewayTracing?: Tracing
  /** The tracer of cart's sidecar, where it differs. */
  cartTracing?: Tracing
  /** `sidecar` (default): requests enter through frontend's sidecar; `app`: they reach frontend itself. */
  entry?: 'sidecar' | 'app'
  /** Cart's sidecar refuses an update that would give its listener this tracer; default none. */
  cartRefuses?: Tracing
  /** Requests enter through a gateway before frontend's sidecar; default false. */
  gateway?: boolean
  /** Frontend exports its spans through its own sidecar; default false. */
  exportsThroughSidecar?: boolean
  /** Cart's sidecar answers 403; default false. */
  denied?: boolean
  /** Cart does not listen; default false. */
  cartDown?: boolean
  collectors: Collectors
  /** Runtime keys of cart's sidecar, where they differ. */
  cartCollectors?: Collectors
  exporter: () => SpanExporter
  envoyVersion?: string
  runtime?: Record<string, unknown>
}

export interface Path extends AsyncDisposable {
  /** Where a request enters. */
  url: string
  /** Admin interfaces of frontend's and cart's sidecars. */
  adminUrls: [string, string]
  /** Cart's own address, bypassing its sidecar. */
  bypassUrl: string
}

/** frontend → its sidecar → cart's sidecar → cart: two apps, two real Envoys. */
export function startPath(options: PathOptions): Promise<Path> {
  const { tracing = { tracer: 'opentelemetry' }, collectors, exporter, entry = 'sidecar' } = options
  const { cartTracing = tracing } = options
  return startAll(async (keep) => {
    const ports = await Promise.all(Array.from({ length: 8 }, () => takeFreePort()))
    const [inbound = 0, outbound = 0, cartInbound = 0, adminA = 0, adminB = 0, exports = 0, ...gatewayPorts] = ports
    const start = (name: string, app: AppBehaviour | StockApp, more: Partial<AppOptions> = {}) =>
      'stock' in app
        ? startStockService({ name, app, upstream: more.upstream, collector: collectors.otlp })
        : startApp({ name, behaviour: app, exporter, ...more })
    const cart = keep(await start('cart', options.cart))
    const frontend = keep(
      await start('frontend', options.frontend, {
        upstream: `http://127.0.0.1:${outbound}`,
        headers: { host: 'cart.shop' },
        ...(options.exportsThroughSidecar && { exporter: otlpExporter(`http://127.0.0.1:${exports}/v1/traces`) }),
      }),
    )
    const launch = { ...(options.envoyVersion !== undefined && { version: options.envoyVersion }) }
    const common = { collectors, ...(options.runtime && { runtime: options.runtime }) }
    const cartAt = options.cartDown ? '127.0.0.1:1' : `127.0.0.1:${cart.port}`
    const cartListener = (tracerOfCart: Tracing): Listener => ({
      name: 'inbound',
      port: cartInbound,
      direction: 'INBOUND',
      to: cartAt,
      tracing: tracerOfCart,
      denied: options.denied ?? false,
    })
    const [frontendSidecar, cartSidecar] = await Promise.all([
      startSidecar(
        {
          ...common,
          name: 'frontend-sidecar',
          adminPort: adminA,
          listeners: [
            { name: 'inbound', port: inbound, direction: 'INBOUND', to: `127.0.0.1:${frontend.port}`, tracing },
            { name: 'cart', port: outbound, direction: 'OUTBOUND', to: `127.0.0.1:${cartInbound}`, tracing },
            ...(options.exportsThroughSidecar
              ? [{ name: 'exports', port: exports, direction: 'OUTBOUND', to: collectors.otlp, tracing } as const]
              : []),
          ],
        },
        launch,
      ).then(keep),
      startSidecar(
        {
          ...common,
          ...(options.cartCollectors && { collectors: options.cartCollectors }),
          name: 'cart-sidecar',
          adminPort: adminB,
          listeners: [cartListener(cartTracing)],
        },
        { ...launch, refuses: options.cartRefuses && [cartListener(options.cartRefuses)] },
      ).then(keep),
    ])
    const [gatewayPort = 0, gatewayAdmin = 0] = gatewayPorts
    if (options.gateway) {
      const listener: Listener = {
        name: 'gateway',
        port: gatewayPort,
        to: `127.0.0.1:${inbound}`,
        tracing: options.gatewayTracing ?? tracing,
      }
      keep(await startSidecar({ ...common, name: 'gateway', adminPort: gatewayAdmin, listeners: [listener] }, launch))
    }
    return {
      url:
        entry === 'app' ? `${frontend.url}/cart` : `http://127.0.0.1:${options.gateway ? gatewayPort : inbound}/cart`,
      adminUrls: [frontendSidecar.adminUrl, cartSidecar.adminUrl],
      bypassUrl: cart.url,
    }
  })
}
