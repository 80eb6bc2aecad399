import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BaseSystem } from '../../src/base/base-system.ts'
import { openDebian } from '../../src/base/debian.ts'
import { readElfNeeds } from '../../src/base/elf.ts'
import { moduleName } from '../../src/base/modinfo.ts'
import { loadRecipe } from '../../src/base/recipe.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { loadBoard } from '../../src/model/board-file.ts'
import { encodeCpio } from '../../src/tree/cpio.ts'
import { resolvePath } from '../../src/tree/layers.ts'
import type { Tree } from '../../src/tree/tree.ts'
import { requires } from '../support/requires.ts'

const withMirror = requires('mirror', 'command:dpkg-deb')

const BASE_BYTES_MAX = 28_000_000

let loaded: Promise<BaseSystem> | undefined
function load(): Promise<BaseSystem> {
  loaded ??= loadBoard('pc').then(async board =>
    (await openDebian({ board, packages: [], locked: true, steps: quietSteps })).load(),
  )
  return loaded
}

function text(tree: Tree, path: string): string {
  const entry = tree.get(path)
  return entry?.kind === 'file' ? Buffer.from(entry.content).toString() : ''
}

withMirror('busybox answers to every applet that the recipe names', async t => {
  const { tree } = await load()
  const entry = tree.get('usr/bin/busybox')
  if (entry?.kind !== 'file') return t.fail('there is no busybox')
  const folder = await mkdtemp(join(tmpdir(), 'director-busybox-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'busybox'), entry.content, { mode: 0o755 })
  const { stdout } = spawnSync(join(folder, 'busybox'), ['--list'], { encoding: 'utf8' })
  const known = new Set(stdout.split('\n'))
  const { applets } = (await loadRecipe()).tree
  t.deepEqual(
    applets.filter(name => !known.has(name)),
    [],
  )
  t.is(resolvePath(tree, 'sbin/modprobe'), 'usr/bin/busybox')
  t.is(resolvePath(tree, 'init'), 'usr/bin/busybox')
})

withMirror('every program finds its loader and its libraries in the tree', async t => {
  const { tree } = await load()
  for (const [path, entry] of tree) {
    const needs = entry.kind === 'file' ? readElfNeeds(entry.content) : undefined
    for (const name of needs?.needed ?? []) {
      t.truthy(resolvePath(tree, `lib/x86_64-linux-gnu/${name}`), `${path}: ${name}`)
    }
    if (needs?.interpreter !== undefined) t.truthy(resolvePath(tree, needs.interpreter), path)
  }
})

withMirror(
  'modprobe knows every module that starts are to load, in an order that works',
  async t => {
    const { tree, kernel } = await load()
    const folder = `usr/lib/modules/${kernel.version}`
    const builtin = text(tree, `${folder}/modules.builtin`).split('\n').map(moduleName)
    const dep = text(tree, `${folder}/modules.dep`).trim().split('\n')
    const files = dep.map(line => line.slice(0, line.indexOf(':')))
    for (const file of files) t.true(tree.has(`${folder}/${file}`), file)
    const known = new Set([...builtin, ...files.map(moduleName)])
    const scripts = new URL('../../overlay/etc/init.d/', import.meta.url)
    const adapters = readFileSync(new URL('usb-serial', scripts), 'utf8')
    const named = /^for module in (.*); do$/m.exec(adapters)?.[1]?.split(' ') ?? []
    t.true(named.includes('ftdi_sio'))
    for (const name of [...text(tree, 'etc/modules').trim().split('\n'), ...named]) {
      t.true(known.has(name), name)
    }
    const needs = dep.find(line => line.includes('/ip_vs_mh.ko:')) ?? ''
    t.deepEqual(needs.split(' ').slice(1).map(moduleName).sort(), [
      'crc32c_generic',
      'ip_vs',
      'libcrc32c',
      'nf_conntrack',
      'nf_defrag_ipv4',
      'nf_defrag_ipv6',
    ])
    t.regex(text(tree, `${folder}/modules.alias`), /^alias virtio:d00000001v\* virtio_net$/m)
  },
)

withMirror('the tree is small, belongs to root, and nothing in it is setuid', async t => {
  const { tree, kernel } = await load()
  t.true(encodeCpio(tree).length < BASE_BYTES_MAX)
  t.true(kernel.image.length < 13_000_000)
  for (const [path, { mode, uid, gid }] of tree) {
    t.deepEqual([uid, gid, mode & 0o6000], [0, 0, 0], path)
  }
})
