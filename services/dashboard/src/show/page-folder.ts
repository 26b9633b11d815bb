import path from 'node:path'

/** The page's files, the same from the sources, from the build and in the image. */
export const publicFolder = path.join(import.meta.dirname, '../public')
