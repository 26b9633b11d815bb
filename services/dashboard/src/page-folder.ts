import fs from 'node:fs/promises'
import path from 'node:path'
import { ServiceError } from '@throughline/service-kit'

/** The page's files, for the sources, the build and the image. */
export const pageFolder = path.join(import.meta.dirname, '../page')

/**
 * Makes sure that the page can be served: a ready dashboard that answers 500 to every browser is useless.
 *
 * @throws ServiceError `TL_PAGE_UNREADABLE` naming a file that can't be read, and why
 */
export async function requirePage(folder = pageFolder): Promise<void> {
  const files = await list(folder)
  if (!files.includes('index.html')) throw unreadable(path.join(folder, 'index.html'), 'it is missing')
  const read = async (full: string): Promise<void> => {
    await fs.access(full, fs.constants.R_OK).catch((error: NodeJS.ErrnoException) => {
      throw unreadable(full, error.code ?? error.message)
    })
  }
  await Promise.all(files.map((file) => read(path.join(folder, file))))
}

async function list(folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder, { recursive: true })
  } catch (error) {
    const { path: at = folder, code = '' } = error as NodeJS.ErrnoException
    throw unreadable(at, code)
  }
}

function unreadable(file: string, why: string): ServiceError {
  const help = 'make the files of the page readable for the user that runs the dashboard (chmod -R a+rX)'
  return new ServiceError('TL_PAGE_UNREADABLE', `${file} can't be read (${why}); ${help}`)
}
