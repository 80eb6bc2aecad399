import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { exec } from '../kit/exec.ts'
import { digestOf } from '../kit/hash.ts'
import { fail } from '../kit/problem.ts'
import { writeTree } from '../tree/disk.ts'
import { layer } from '../tree/layers.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import { type Archive, type ArchiveOptions, openArchive } from './archive.ts'
import type { Toolbox, ToolSection } from './base-system.ts'
import { readDeb } from './deb.ts'
import { allCached, cachedFile } from './download.ts'
import { type LockedPackage, packagesDigest } from './lock.ts'
import { openSection } from './section.ts'

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
    return toolboxIn(archive, section, packages, root)
  })
}

function toolboxIn(
  archive: Archive,
  section: ToolSection,
  packages: readonly LockedPackage[],
  folder: string,
): Toolbox {
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
    command,
    async path(inside) {
      const path = join(await root(), inside)
      if (!existsSync(path)) unknownTool(inside, Object.values(programs))
      return path
    },
    async run(tool, args, { input, cwd, env } = {}) {
      const [loader = '', ...words] = await command(tool)
      return exec(loader, [...words, ...args], {
        env: { ...PLAIN_ENVIRONMENT, ...env },
        ...(input === undefined ? {} : { input }),
        ...(cwd === undefined ? {} : { cwd }),
      })
    },
  }
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
  if (!allCached(archive.cache, packages)) {
    throw new Error(`the package files of ${folder} were not fetched`)
  }
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}.part`
  try {
    const trees: Tree[] = [MERGED]
    for (const { sha256 } of packages) {
      trees.push(await readDeb(cachedFile(archive.cache, sha256), path => !WITHOUT.test(path)))
    }
    await writeTree(layer(...trees), unfinished)
    await rename(unfinished, folder).catch(error => {
      // Another program was faster: its root has the same content.
      if (!existsSync(folder)) throw error
    })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
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
