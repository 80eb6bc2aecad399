import { fail, ProblemError } from '../kit/problem.ts'
import { inspectImage } from '../pack/inspect.ts'
import { folderMembers } from './members.ts'

/** What the folder of a build holds: each file with what it is. */
export interface FolderInspection {
  readonly file: string
  readonly kind: 'folder'
  readonly size: number
  readonly files: readonly InspectedFile[]
}

/** A file of a folder; `kind` is `other` for what no build writes. */
export interface InspectedFile {
  readonly path: string
  readonly kind: string
  readonly size: number
  readonly mode: string
}

/**
 * Says what each file of a folder is.
 *
 * @throws ProblemError `folder_empty`
 */
export async function inspectFolder(folder: string): Promise<FolderInspection> {
  const files: InspectedFile[] = []
  for (const { path, content, mode = 0 } of await folderMembers(folder)) {
    if (content === undefined) continue
    const kind = await inspectImage(content).then(
      found => found.kind,
      error => {
        if (error instanceof ProblemError) return 'other'
        throw error
      },
    )
    files.push({ path, kind, size: content.size, mode: mode.toString(8).padStart(4, '0') })
  }
  if (files.length === 0) empty(folder)
  const size = files.reduce((sum, file) => sum + file.size, 0)
  files.sort((left, right) => (left.path < right.path ? -1 : 1))
  return { file: folder, kind: 'folder', size, files }
}

function empty(folder: string): never {
  fail({
    code: 'folder_empty',
    message: 'there is no file in the folder',
    where: { file: folder },
    remedy: 'name the folder that `director build` wrote, for example out/pair',
  })
}
