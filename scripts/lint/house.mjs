// The house style that no rule of the linter's own holds. Loaded by .oxlintrc.json.
import { builtinImport } from './builtin-import.mjs'
import { moduleConstant } from './module-constant.mjs'
import { moduleFunction } from './module-function.mjs'
import { workspaceImport } from './workspace-import.mjs'

export default {
  meta: { name: 'house' },
  rules: {
    'builtin-import': builtinImport,
    'module-constant': moduleConstant,
    'module-function': moduleFunction,
    'workspace-import': workspaceImport,
  },
}
