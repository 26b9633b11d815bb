import fs from 'node:fs'
import path from 'node:path'
import { pageFolder } from '../page-folder.ts'

const repositoryGuides = path.join(pageFolder, '../../../docs/guides')

/** The guides that the page links to: those of the repository, or the image's copy beside the page. */
export const guidesFolder = fs.existsSync(repositoryGuides) ? repositoryGuides : path.join(pageFolder, '../guides')
