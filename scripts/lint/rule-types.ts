import type { RuleTester } from 'oxlint/plugins-dev'

/** What the linter exports no names for, taken from the signature that uses it. */
export type Rule = Extract<Parameters<RuleTester['run']>[1], { create: unknown }>
type Visitor = ReturnType<Rule['create']>
export type Program = Parameters<NonNullable<Visitor['Program']>>[0]
type Declarator = Extract<Program['body'][number], { type: 'VariableDeclaration' }>['declarations'][number]
export type Expression = NonNullable<Declarator['init']>
