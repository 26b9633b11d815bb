import { moduleConstants } from './module-declarations.mjs'

/**
 * At the top of a module a function with a body is a declaration; an arrow is for one expression. One whose type is
 * given by name (`const notFound: RequestHandler = …`) stays an arrow, as a declaration can't take the type.
 * @type {import('./rule-types.ts').Rule}
 */
export const moduleFunction = {
  create: (context) => ({
    Program(program) {
      for (const { id, init } of moduleConstants(program)) {
        const isFunction = init.type === 'ArrowFunctionExpression' || init.type === 'FunctionExpression'
        if (isFunction && init.body?.type === 'BlockStatement' && !id.typeAnnotation) {
          context.report({ node: id, message: `Declare it: function ${id.name}(…) { … }.` })
        }
      }
    },
  }),
}
