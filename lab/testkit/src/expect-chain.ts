import assert from 'node:assert'

import type { JaegerSpan, JaegerTrace } from '@throughline/trace-store'

import { drawTrace } from './draw-trace.ts'
import {
  type ChainExpectation,
  type ChainRole,
  describeExpected,
  expectedChain,
  type ExpectedSpan,
} from './expected-chain.ts'
import { describeSpan, isSidecar, kindOf, parentIdOf, serviceOf } from './span-facts.ts'

/** The spans of a chain by role; a role that the expectation leaves out is absent. */
export type ChainSpans = Partial<Record<ChainRole, JaegerSpan>>

const fills = (trace: JaegerTrace, span: JaegerSpan, expected: ExpectedSpan): boolean =>
  kindOf(span) === expected.kind &&
  (expected.service === undefined ? isSidecar(span) : !isSidecar(span) && serviceOf(trace, span) === expected.service)

function describeParent(trace: JaegerTrace, span: JaegerSpan): string {
  const parentId = parentIdOf(span)
  if (parentId === undefined) return 'has no parent'
  const parent = trace.spans.find((candidate) => candidate.spanID === parentId)
  return parent === undefined
    ? `has a parent that is not in the trace, ${parentId}`
    : `is a child of ${describeSpan(trace, parent)}`
}

/** Why no single span fills a role. */
function describeMiss(trace: JaegerTrace, found: { fitting: JaegerSpan[]; placed: JaegerSpan[] }): string {
  if (found.placed.length > 1) {
    return `${found.placed.length} spans fit: ${found.placed.map((span) => describeSpan(trace, span)).join(', ')}`
  }
  if (found.fitting.length === 0) return 'no such span in the trace'
  return found.fitting.map((span) => `${describeSpan(trace, span)} ${describeParent(trace, span)}`).join('; ')
}

interface Walk {
  spans: ChainSpans
  /** What is wrong first, or undefined. */
  wrong: string | undefined
}

function walk(trace: JaegerTrace, chain: readonly ExpectedSpan[], callerSpanId: string | undefined): Walk {
  const spans: ChainSpans = {}
  const used = new Set<JaegerSpan>()
  let above: { span: JaegerSpan; expected: ExpectedSpan } | undefined
  for (const expected of chain) {
    const fitting = trace.spans.filter((span) => !used.has(span) && fills(trace, span, expected))
    const parentId = above === undefined ? callerSpanId : above.span.spanID
    const placed = fitting.filter((span) => parentIdOf(span) === parentId)
    const [span] = placed
    if (span === undefined || placed.length > 1) {
      const edge = `${above === undefined ? 'root' : describeExpected(above.expected)} -> ${describeExpected(expected)}`
      return { spans, wrong: `first wrong edge: ${edge}\n  ${describeMiss(trace, { fitting, placed })}` }
    }
    used.add(span)
    spans[expected.role] = span
    above = { span, expected }
  }
  const extra = trace.spans.find((span) => !used.has(span))
  if (extra !== undefined) {
    return { spans, wrong: `span too many: ${describeSpan(trace, extra)} ${describeParent(trace, extra)}` }
  }
  const foreign = trace.spans.find((span) => span.traceID !== trace.traceID)
  if (foreign !== undefined) {
    return { spans, wrong: `another trace id: ${describeSpan(trace, foreign)} is of trace ${foreign.traceID}` }
  }
  return { spans, wrong: undefined }
}

const drawExpected = (chain: readonly ExpectedSpan[]): string =>
  chain
    .map((span, depth) => `${depth === 0 ? '' : `${'   '.repeat(depth - 1)}└─ `}${describeExpected(span)}`)
    .join('\n') || '(no spans)'

function sideBySide(left: string, right: string): string {
  const leftLines = ['expected', '', ...left.split('\n')]
  const rightLines = ['found', '', ...right.split('\n')]
  const width = Math.max(...leftLines.map((line) => line.length)) + 4
  return Array.from({ length: Math.max(leftLines.length, rightLines.length) }, (_, index) =>
    `  ${(leftLines[index] ?? '').padEnd(width)}${rightLines[index] ?? ''}`.trimEnd(),
  ).join('\n')
}

/**
 * Asserts that a trace is the whole request path and nothing else: each span of the chain is there once and is the child of
 * the one before by parent id, the first is a root or the caller's child, and no span is left over.
 *
 * @returns the spans by role
 * @throws AssertionError that names the first wrong edge and draws the trace beside the expected one
 */
export function expectChain(trace: JaegerTrace, options: ChainExpectation): ChainSpans {
  const chain = expectedChain(options)
  const { spans, wrong } = walk(trace, chain, options.callerSpanId)
  if (wrong !== undefined) {
    const { entry, tracer, denied = false } = options
    throw new assert.AssertionError({
      message: [
        `trace ${trace.traceID} is not the chain of entry ${entry}, tracer ${tracer}${denied ? ', denied' : ''}`,
        wrong,
        '',
        sideBySide(drawExpected(chain), drawTrace(trace)),
      ].join('\n'),
      actual: trace.spans.length,
      expected: chain.length,
      operator: 'expectChain',
      stackStartFn: expectChain,
    })
  }
  return spans
}
