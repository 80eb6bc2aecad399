import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openArchive } from '../../src/base/archive.ts'
import { readDeb } from '../../src/base/deb.ts'
import { checkedFile } from '../../src/base/download-cache.ts'
import { openSection } from '../../src/base/section.ts'
import { exec } from '../../src/kit/exec.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { writeTree } from '../../src/tree/disk.ts'
import { layer } from '../../src/tree/layers.ts'
import type { Entry, Tree } from '../../src/tree/tree.ts'

/** A Debian release whose packages a user land is made of. */
export type Release = 'bookworm' | 'trixie'

const CLOCK = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'
const RECIPES = join(import.meta.dirname, '../fixtures/user-land')

const link = (target: string): Entry => ({ kind: 'link', mode: 0o777, uid: 0, gid: 0, target })
const folder = (mode: number): Entry => ({ kind: 'directory', mode, uid: 0, gid: 0 })
const SKELETON: Tree = new Map([
  ['bin', link('usr/bin')],
  ['sbin', link('usr/sbin')],
  ['lib', link('usr/lib')],
  ['lib64', link('usr/lib64')],
  ['usr/bin/sh', link('dash')],
  ...['dev', 'etc', 'proc', 'home'].map(name => [name, folder(0o755)] as const),
  ['tmp', folder(0o1777)],
])

/**
 * Unpacks the packages of a release below a folder; nothing of the host is changed.
 *
 * @param clock what every program in it takes for now, from the true time, for example `+500d`
 */
export async function makeUserLand(release: Release, root: string, clock: string): Promise<void> {
  const recipeFolder = join(RECIPES, release, '/')
  const archive = await openArchive({ recipeFolder, locked: false, steps: quietSteps })
  const step = { progress: () => undefined, remark: () => undefined }
  const trees: Tree[] = [SKELETON]
  for (const entry of await openSection(archive, 'user-land', step)) {
    const file = await checkedFile(archive.cache, entry)
    trees.push(await readDeb(file, path => !path.startsWith('usr/share/')))
  }
  await writeTree(layer(...trees), root)
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0::/root:/bin/sh\nuser:x:1234:1234::/:/bin/sh\n',
  )
  // By files, since the tools of a build get an environment of their own.
  writeFileSync(join(root, 'etc/ld.so.preload'), `${CLOCK}\n`)
  writeFileSync(join(root, 'etc/faketimerc'), `${clock}\n`)
  chmodSync(join(root, 'tmp'), 0o1777)
}

export interface InsideOptions {
  readonly root: string
  /** Folders of the host to read, by their place inside. */
  readonly shown: Readonly<Record<string, string>>
  readonly uid: number
  readonly cwd: string
  readonly umask: string
  readonly env: Readonly<Record<string, string>>
}

/**
 * Runs a program of the host's Node in a user land, in mount and process namespaces of its own that
 * end with it.
 */
export async function runInside(options: InsideOptions, args: readonly string[]): Promise<void> {
  const { root, uid, cwd, umask, env } = options
  const shown = { ...options.shown, '/usr/bin/node': process.execPath, '/dev': '/dev' }
  const mounts = Object.entries(shown).map(([inside, host]) => {
    const place = join(root, inside)
    if (inside === '/usr/bin/node') writeFileSync(place, '', { mode: 0o755 })
    else mkdirSync(place, { recursive: true })
    return `mount --bind '${host}' '${place}' && mount -o remount,bind,ro '${place}'`
  })
  const words = [`umask ${umask}`, `cd '${cwd}'`, `exec node ${args.map(quoted).join(' ')}`]
  const script = [
    'set -e',
    ...mounts,
    `mount -t proc proc '${join(root, 'proc')}'`,
    `exec chroot --userspec=${uid}:${uid} '${root}' /bin/sh -c ${quoted(words.join(' && '))}`,
  ].join('\n')
  const namespaces = ['--mount', '--pid', '--net', '--fork', '--kill-child']
  await exec('unshare', [...namespaces, 'sh', '-c', script], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
    timeout_ms: 14 * 60_000,
  })
}

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`
