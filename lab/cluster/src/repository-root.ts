import { fileURLToPath } from 'node:url'

/** Folder in which the commands of the guides are typed; the same from the sources and from the build. */
export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url))
