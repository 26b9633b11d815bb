import { createTelemetry } from './create-telemetry.ts'
import { flushOnDisconnect } from './flush-on-disconnect.ts'

/**
 * For `node --import @throughline/telemetry/register app.js`: tracing is on before the program's first import.
 * Spans are flushed when the program ends or receives a signal to end, and every signal keeps its effect.
 * `import { telemetry } from '@throughline/telemetry/register'` reaches it from the program.
 */
export const telemetry = await createTelemetry({ serviceName: 'unknown_service:node' })

telemetry.start()

process.once('beforeExit', () => void telemetry.shutdown())
flushOnDisconnect(() => telemetry.shutdown())

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(signal, () => void flushAt(signal))
}

/** A program that handles the signal itself drains now and makes more spans; one that doesn't would have ended here. */
async function flushAt(signal: NodeJS.Signals): Promise<void> {
  if (process.listenerCount(signal) > 0) {
    await telemetry.flush()
    return
  }
  await telemetry.shutdown()
  process.kill(process.pid, signal)
}
