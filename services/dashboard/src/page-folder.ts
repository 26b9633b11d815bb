import path from 'node:path'

/** The page's files, the same from the sources, from the build and in the image. */
export const pageFolder = path.join(import.meta.dirname, '../page')
