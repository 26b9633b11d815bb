import { diag } from '@opentelemetry/api'
import { globalErrorHandler } from '@opentelemetry/core'
import { afterEach, describe, expect, it } from 'vitest'
import { createDiagLogger, installDiagLog } from './diag-log.ts'

describe('createDiagLogger', () => {
  it('writes one line per message, whatever it contains', () => {
    const { lines, logger } = collect()
    logger.warn('first\nsecond', new Error('broken\non purpose'))
    expect(lines).toEqual(['opentelemetry warn: first second broken on purpose\n'])
  })

  it('writes a line of anything that a program may have thrown', () => {
    for (const thrown of ODD_ERRORS) {
      const { lines, logger } = collect()
      logger.error('left out:', thrown)
      expect(lines).toEqual([expect.stringMatching(/^opentelemetry error: left out: [^\n]+\n$/)])
    }
  })

  it('repeats a message after 30 s, with its count', () => {
    const { lines, logger, clock } = collect()
    for (let i = 0; i < 10; i += 1) logger.error(`Dropped ${i} spans`)
    expect(lines).toEqual(['opentelemetry error: Dropped 0 spans\n'])
    clock.now = 30_001
    logger.error('Dropped 11 spans')
    expect(lines[1]).toBe('opentelemetry error: Dropped 11 spans (and 9 more like it)\n')
  })
})

describe('installDiagLog', () => {
  afterEach(() => diag.disable())

  it('shows warnings by default, or the level of OTEL_LOG_LEVEL', () => {
    const lines: string[] = []
    const write = (line: string): number => lines.push(line)
    installDiagLog(undefined, { write })
    diag.info('not shown')
    diag.warn('shown')
    installDiagLog('debug', { write })
    diag.debug('shown too')
    installDiagLog('none', { write })
    diag.error('not shown')
    const ours = lines.filter((line) => line.includes('shown'))
    expect(ours).toEqual(['opentelemetry warn: shown\n', 'opentelemetry debug: shown too\n'])
  })

  it('names a level that there is not', () => {
    const lines: string[] = []
    installDiagLog('"debug"', { write: (line) => lines.push(line) })
    expect(lines).toEqual([expect.stringContaining('OTEL_LOG_LEVEL="debug" is not one of NONE, ERROR, WARN')])
    for (const level of ['Debug', ' warn ', '', undefined]) installDiagLog(level, { write: (line) => lines.push(line) })
    expect(lines.filter((line) => line.includes('OTEL_LOG_LEVEL'))).toHaveLength(1)
  })

  it('shows the message of an SDK report, not its stack', () => {
    const lines: string[] = []
    installDiagLog(undefined, { write: (line) => lines.push(line) })
    const refused = new AggregateError([new Error('connect ECONNREFUSED ::1:4318')])
    globalErrorHandler(Object.assign(refused, { code: 'ECONNREFUSED' }))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/ECONNREFUSED/)
    expect(lines[0]).not.toMatch(/ at /)
  })
})

function broken(): never {
  throw new Error('broken on purpose')
}

function circular(): object {
  const errors: unknown[] = []
  errors.push(errors)
  return Object.assign(new AggregateError([]), { message: '', errors })
}

const { proxy: revoked, revoke } = Proxy.revocable({}, {})
revoke()

const ODD_ERRORS: unknown[] = [
  10n,
  Symbol('symbol'),
  circular(),
  { circular: circular() },
  Object.create(null),
  revoked,
  undefined,
  null,
  Object.defineProperty(new Error('x'), 'message', { get: broken }),
  Object.defineProperty(new RangeError('code'), 'code', { get: broken }),
  Object.assign(new AggregateError([Symbol('in a list'), null]), { message: Symbol('message') }),
  { toJSON: broken },
]

function collect() {
  const lines: string[] = []
  const clock = { now: 0 }
  const logger = createDiagLogger({ write: (line) => lines.push(line), now: () => clock.now })
  return { lines, clock, logger }
}
