/**
 * The constants that a module declares at its top level under one name each, exported or not.
 * @param {import('./rule-types.ts').Program} program
 */
export function moduleConstants(program) {
  return program.body
    .map((statement) => (statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement))
    .flatMap((declaration) =>
      declaration?.type === 'VariableDeclaration' && declaration.kind === 'const' ? declaration.declarations : [],
    )
    .flatMap(({ id, init }) => (id.type === 'Identifier' && init !== null ? [{ id, init }] : []))
}
