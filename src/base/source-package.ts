import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { digestOf } from '../kit/hash.ts'
import { fail } from '../kit/problem.ts'
import { readTar } from '../tree/tar.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import { type ArchiveOptions, openArchive } from './archive.ts'
import type { SourcePackage } from './base-system.ts'
import { checkedFile, download } from './download.ts'
import { openToolbox } from './toolbox.ts'

/**
 * Opens a source package of the recipe and fetches what the cache lacks of it.
 *
 * Sources do not depart from the lock by themselves: the agent is compiled from what was locked.
 *
 * @throws ProblemError `source_gone` when neither the cache nor the mirror has it
 */
export async function openSource(name: string, options: ArchiveOptions): Promise<SourcePackage> {
  const archive = await openArchive(options)
  const locked = archive.lock.sources[name]
  if (locked === undefined) throw new Error(`the lock has no source package ${name}`)
  return options.steps.run(`source: ${name}`, async step => {
    const { cache, apt } = archive
    const gone = await download(locked.files, { cache, apt, progress: step.progress })
    if (gone.length > 0) sourceGone(name, locked.version, gone[0]?.file ?? '')
    return {
      name,
      version: locked.version,
      digest: digestOf(locked.files.map(({ sha256 }) => sha256)),
      async load() {
        const file = locked.files.find(({ file }) => /\.orig\.tar\.xz$/.test(file))
        if (file === undefined) throw new Error(`${name} has no .orig.tar.xz`)
        const toolbox = await openToolbox('tools', options)
        const packed = await readFile(await checkedFile(cache, file))
        const tar = await toolbox.run('xz', ['-dc'], { input: packed })
        return withoutTop(await readTar(Readable.from([tar])))
      },
    }
  })
}

function withoutTop(tree: Tree): Tree {
  const result = new Map<string, Entry>()
  for (const [path, entry] of tree) {
    const slash = path.indexOf('/')
    if (slash !== -1) result.set(path.slice(slash + 1), entry)
  }
  return result
}

function sourceGone(name: string, version: string, file: string): never {
  fail({
    code: 'source_gone',
    message: `the mirror no longer has the source package ${name} ${version}`,
    where: { path: file },
    remedy:
      'name a snapshot mirror that has it with --mirror URL, or write a new lock with ./director lock',
  })
}
