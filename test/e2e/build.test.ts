import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { compareFiles } from '../../src/describe/compare.ts'
import { inspectFolder } from '../../src/describe/inspect-folder.ts'
import { sizeOf } from '../../src/describe/size.ts'
import { exec } from '../../src/kit/exec.ts'
import { sha256, sha256File } from '../../src/kit/hash.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { type BuildResult, type BuiltNode, buildImages } from '../../src/pack/build.ts'
import type { Manifest } from '../../src/pack/manifest.ts'
import type { Bill } from '../../src/sbom/cyclonedx.ts'
import { withImage } from '../../src/stamp/image-reader.ts'
import { openDirectorIso, readStamped } from '../../src/stamp/iso.ts'
import { faultsOfBill, wrongReferences } from '../support/cyclonedx.ts'
import { requires } from '../support/requires.ts'
import { runCommand } from '../support/run-command.ts'
import { waitForText } from '../support/wait-for-text.ts'

const e2e = requires('mirror')
const withQemu = requires('mirror', 'qemu')
const CLUSTER = 'examples/pair/cluster.yaml'
let folder: string
let built: BuildResult

const build = (clusterFile: string) =>
  buildImages({ clusterFile, out: join(folder, 'out'), steps: quietSteps })

e2e.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'director-build-'))
  built = await build(CLUSTER)
})
e2e.after.always(() => {
  rmSync(folder, { recursive: true, force: true })
})

e2e.serial(
  'the manifest holds the size and hash of every file, and no file is missing',
  async t => {
    const manifest = JSON.parse(readFileSync(built.manifest, 'utf8')) as Manifest
    for (const { path, size, sha256: sum } of manifest.outputs) {
      t.is(statSync(join(built.folder, path)).size, size, path)
      t.is(await sha256File(join(built.folder, path)), sum, path)
    }
    const found = readdirSync(built.folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(built.folder.length + 1))
    const listed = [...manifest.outputs.map(({ path }) => path), 'manifest.json']
    t.deepEqual(found.sort(), listed.sort())
    t.true(manifest.files.length > 100)
    t.true(manifest.packages.some(({ name }) => name === 'busybox-static'))
  },
)

e2e.serial('the bill of materials is valid and names every file of the image', t => {
  const bill = JSON.parse(readFileSync(join(built.folder, 'sbom.cdx.json'), 'utf8')) as Bill
  t.deepEqual(faultsOfBill(bill), [])
  t.deepEqual(wrongReferences(bill), [])
  const { files } = JSON.parse(readFileSync(built.manifest, 'utf8')) as Manifest
  const named = new Map(
    bill.components.flatMap(({ components = [] }) =>
      components.map(({ name, hashes }) => [name, hashes?.[0]?.content] as const),
    ),
  )
  for (const { kind, path, sha256: sum } of files) if (kind === 'file') t.is(named.get(path), sum)
  const names = bill.components.map(({ name }) => name)
  for (const name of ['busybox-static', 'directord', 'quickjs', 'musl-dev', 'grub-pc-bin']) {
    t.true(names.includes(name), name)
  }
})

e2e.serial('inspect knows every file of a build', async t => {
  const { files } = await inspectFolder(built.folder)
  t.deepEqual(
    files.filter(({ kind }) => kind === 'other').map(({ path }) => path),
    [],
  )
})

e2e.serial('every byte of each image is counted, and most of them by package', async t => {
  for (const path of ['base.iso', 'base.img']) {
    const { bytes, packages } = await sizeOf(join(built.folder, path))
    const sum = packages.reduce((total, { stored }) => total + stored, 0)
    // Shares are rounded, a file each.
    t.true(Math.abs(sum - bytes) < 1000, `${path}: ${sum} of ${bytes}`)
    t.true(packages.some(({ name }) => name.startsWith('linux-image-')))
    t.true(packages.some(({ name }) => name === 'director agent'))
  }
})

e2e.serial('two nodes of a build differ in their stamps, and in nothing else', async t => {
  const [first, second] = built.nodes as [BuiltNode, BuiltNode]
  for (const kind of ['iso', 'flash'] as const) {
    const { differences } = await compareFiles(first[kind], second[kind])
    const others = differences.filter(({ path }) => !/node\.img|stamp (?:a|rescue)0/.test(path))
    t.deepEqual(others, [])
    t.true(differences.some(({ details }) => details?.includes('node.name: "lb1" -> "lb2"')))
  }
})

e2e.serial('only the owner may read what holds secrets', t => {
  const own = built.nodes.flatMap(({ iso, flash, overlay, config }) => [
    iso,
    flash,
    overlay,
    config,
  ])
  for (const path of [...own, built.fleetIso ?? '']) {
    t.is(statSync(path).mode & 0o777, 0o600, path)
  }
  t.is(statSync(built.baseIso).mode & 0o777, 0o644)
})

e2e.serial('a build says once which of its folders hold secrets', async t => {
  const { code, stdout, stderr } = await runCommand('build', CLUSTER, '--out', join(folder, 'out'))
  t.is(code, 0)
  t.deepEqual(
    [...`${stdout}${stderr}`.matchAll(/^.*secrets.*$/gm)].map(([line]) => line),
    ['iso/, flash/, nodes/ and netboot/nodes/ hold secrets: only you can read them.'],
  )
})

e2e.serial('each ISO has the stamp of its node, for the base that it is', async t => {
  for (const { name, iso } of built.nodes) {
    const stamped = await withImage(iso, async image => readStamped(await openDirectorIso(image)))
    const facts = { node: name, base_sha256: built.baseSha256 }
    t.like(stamped, { kind: 'node', stamp: { facts } })
  }
})

e2e.serial('a build of the same file writes nothing', async t => {
  const { files, removed } = await build(CLUSTER)
  t.deepEqual(
    files.filter(({ written }) => written !== undefined),
    [],
  )
  t.deepEqual(removed, [])
})

e2e.serial('a change of one service writes what belongs to the nodes, and no base', async t => {
  const changed = join(folder, 'changed.yaml')
  writeFileSync(changed, readFileSync(CLUSTER, 'utf8').replaceAll('weight: 1', 'weight: 3'))
  const { files, baseSha256 } = await build(changed)
  const written = files.filter(file => file.written !== undefined).map(({ path }) => path)
  const ofNodes = ['lb1', 'lb2'].flatMap(name => [
    `iso/${name}.iso`,
    `flash/${name}.img`,
    `netboot/nodes/${name}.img`,
    `nodes/${name}.json`,
  ])
  t.deepEqual(written.sort(), [...ofNodes, 'iso/fleet.iso', 'manifest.json'].sort())
  t.is(baseSha256, built.baseSha256)
  t.is(
    (await build(CLUSTER)).files.find(({ path }) => path === 'manifest.json')?.sha256,
    sha256(readFileSync(built.manifest)),
  )
})

e2e.serial('a build that a signal ends leaves no half-written file', async t => {
  const cache = join(folder, 'cache')
  const out = join(folder, 'interrupted')
  mkdirSync(cache)
  const used = process.env['DIRECTOR_CACHE'] ?? join(process.env['HOME'] ?? '', '.cache/director')
  await exec('cp', ['-al', join(used, 'downloads'), cache])
  const child = spawn('./director', ['build', CLUSTER, '--out', out], {
    env: { ...process.env, DIRECTOR_CACHE: cache, TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await waitForText(child, child.stderr, 'agent-toolchain', 60_000)
  await sleep(1500)
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  t.is(code, 130)
  const left = readdirSync(folder, { recursive: true }).map(String)
  t.deepEqual(
    left.filter(path => /\.part|\.lock|director-agent/.test(path)),
    [],
  )
})

// iPXE in the card's ROM, TFTP inside QEMU: the folder as a network boot server serves it.
withQemu.serial('a machine that boots from the network finds its own node by its MAC', async t => {
  const tftp = `user,id=net,restrict=on,tftp=${built.netboot.folder},bootfile=boot.ipxe`
  const card = 'virtio-net-pci,netdev=net,mac=52:54:00:d1:02:03'
  const machine = ['-accel', 'tcg', '-m', '256', '-display', 'none', '-serial', 'stdio']
  const child = spawn(
    'qemu-system-x86_64',
    [...machine, '-monitor', 'none', '-no-reboot', '-boot', 'n', '-device', card, '-netdev', tftp],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  try {
    const said = await waitForText(child, child.stdout, 'this node does not serve', 120_000)
    // The other interfaces of lb2 are missed: so it was the stamp of lb2 that was loaded.
    t.regex(said, /52:54:00:d1:02:01/)
    t.notRegex(said, /52:54:00:d1:01:/)
    child.stdin.write('poweroff\n')
    t.is((await once(child, 'exit'))[0], 0)
  } finally {
    child.kill('SIGKILL')
  }
})
