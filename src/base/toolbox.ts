import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { exec } from '../kit/exec.ts'
import { digestOf } from '../kit/hash.ts'
import { fail, ProblemError } from '../kit/problem.ts'
import { writeTree } from '../tree/disk.ts'
import { layer } from '../tree/layers.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import { type Archive, type ArchiveOptions, openArchive } from './archive.ts'
import type { Toolbox, ToolSection } from './base-system.ts'
import { readDeb } from './deb.ts'
import { checkedFile } from './download-cache.ts'
import { type LockedPackage, packagesDigest } from './lock.ts'
import { openSection } from './section.ts'
import { makeWholeFolder } from './whole-folder.ts'

// The layout of a private root; a change of it unpacks every root anew.
const ROOT_FORMAT = 1

const LOADER = 'usr/lib64/ld-linux-x86-64.so.2'
const LIBRARY_FOLDERS = ['usr/lib/x86_64-linux-gnu', 'usr/lib']
const WITHOUT = /^usr\/share\/(?:doc|man|info|locale|lintian|bug)\//

// The same wherever it runs: what a tool makes must not depend on the person who calls it.
const PLAIN_ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' }

const link = (target: string): Entry => ({ kind: 'link', mode: 0o777, uid: 0, gid: 0, target })
const MERGED: Tree = new Map([
  ['bin', link('usr/bin')],
  ['sbin', link('usr/sbin')],
  ['lib', link('usr/lib')],
  ['lib64', link('usr/lib64')],
])

/**
 * Opens the programs of a section of the recipe: finds its packages, unpacks nothing yet.
 *
 * @throws ProblemError as `openSection`
 */
export async function openToolbox(section: ToolSection, options: ArchiveOptions): Promise<Toolbox> {
  const archive = await openArchive(options)
  return options.steps.run(`programs: ${section}`, async step => {
    const place = (packages: readonly LockedPackage[]) => rootFolder(archive, section, packages)
    const packages = await openSection(archive, section, step, all => existsSync(place(all)))
    const root = place(packages)
    if (existsSync(root)) step.remark('reused')
    return toolboxIn({
      archive,
      section,
      packages,
      folder: root,
      log: line => options.steps.log(line),
    })
  })
}

interface ToolRoot {
  readonly archive: Archive
  readonly section: ToolSection
  readonly packages: readonly LockedPackage[]
  readonly folder: string
  readonly log: (line: string) => void
}

function toolboxIn({ archive, section, packages, folder, log }: ToolRoot): Toolbox {
  const programs = archive.recipe.sections[section]?.programs ?? {}
  let unpacked: Promise<string> | undefined
  const root = () => {
    unpacked ??= unpackRoot(archive, packages, folder)
    return unpacked
  }
  const command = async (tool: string) => {
    const program = programs[tool] ?? unknownTool(tool, Object.keys(programs))
    const top = await root()
    const libraries = LIBRARY_FOLDERS.map(path => join(top, path)).join(':')
    return [join(top, LOADER), '--library-path', libraries, join(top, program)]
  }
  return {
    digest: digestOf([ROOT_FORMAT, packagesDigest(packages), programs]),
    packages,
    command,
    async path(inside) {
      const path = join(await root(), inside)
      if (!existsSync(path)) unknownTool(inside, Object.values(programs))
      return path
    },
    async run(tool, args, { input, cwd, env } = {}) {
      const [loader = '', ...words] = await command(tool)
      const work = exec(loader, [...words, ...args], {
        env: { ...PLAIN_ENVIRONMENT, ...env },
        onErrorLine: line => log(`${tool}: ${line}`),
        ...(input === undefined ? {} : { input }),
        ...(cwd === undefined ? {} : { cwd }),
      })
      return work.catch(error => failAs(tool, args, error))
    },
  }
}

// Of the loader that runs it a person need not know.
function failAs(tool: string, args: readonly string[], error: unknown): never {
  const problem = error instanceof ProblemError ? error.problems[0] : undefined
  if (problem?.code !== 'program_failed') throw error
  const path = [tool, ...args].join(' ').slice(0, 400)
  fail({ ...problem, message: `${tool} failed`, where: { path } }, error)
}

function rootFolder(archive: Archive, section: string, packages: readonly LockedPackage[]): string {
  const digest = digestOf([ROOT_FORMAT, packagesDigest(packages)]).slice(0, 16)
  return join(archive.cache, 'roots', `${section}-${digest}`)
}

/** Unpacks packages beside `folder` and renames the whole when it is complete. */
async function unpackRoot(
  archive: Archive,
  packages: readonly LockedPackage[],
  folder: string,
): Promise<string> {
  if (existsSync(folder)) return folder
  const trees: Tree[] = [MERGED]
  for (const entry of packages) {
    const file = await checkedFile(archive.cache, entry)
    trees.push(await readDeb(file, path => !WITHOUT.test(path)))
  }
  await makeWholeFolder(folder, unfinished => writeTree(layer(...trees), unfinished))
  return folder
}

function unknownTool(tool: string, known: readonly string[]): never {
  fail({
    code: 'tool_unknown',
    message: `the recipe brings no ${tool}`,
    expected: `one of ${known.join(', ')}`,
    remedy: 'name its package and its path in recipes/debian/recipe.yaml',
  })
}
