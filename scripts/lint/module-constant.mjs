import { moduleConstants } from './module-declarations.mjs'

const UPPER_CASE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/

/**
 * A literal that a module gives a name is UPPER_CASE: `const RETRY_MS = 500`.
 * @type {import('./rule-types.ts').Rule}
 */
export const moduleConstant = {
  create: (context) => ({
    Program(program) {
      for (const { id, init } of moduleConstants(program)) {
        if (isLiteral(init) && !UPPER_CASE.test(id.name)) {
          context.report({
            node: id,
            message: `A literal is UPPER_CASE at the top of a module: ${upperCase(id.name)}.`,
          })
        }
      }
    },
  }),
}

/**
 * A string, number or regular expression, or what operators and templates make of them.
 * @param {import('./rule-types.ts').Expression | { type: 'PrivateIdentifier' }} node
 * @returns {boolean}
 */
function isLiteral(node) {
  switch (node.type) {
    case 'Literal':
      return true
    case 'Identifier':
      return UPPER_CASE.test(node.name)
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return isLiteral(node.expression)
    case 'UnaryExpression':
      return isLiteral(node.argument)
    case 'BinaryExpression':
      return isLiteral(node.left) && isLiteral(node.right)
    case 'TemplateLiteral':
      return node.expressions.every(isLiteral)
    default:
      return false
  }
}

/** @param {string} name */
function upperCase(name) {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()
}
