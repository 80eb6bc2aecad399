import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { fail } from '../../kit/problem.ts'
import { withImage } from '../../stamp/image-reader.ts'
import {
  heldSource,
  type NodeSource,
  readNodeSource,
  readNodeSources,
} from '../../stamp/node-source.ts'
import { type StampedEach, stampEach } from '../../stamp/stamp-each.ts'
import { stampFleet } from '../../stamp/stamp-fleet.ts'
import { type StampedImage, stampImage } from '../../stamp/stamp-image.ts'
import { printJson } from '../answer.ts'
import { sizeText } from '../size.ts'

interface Options {
  readonly node?: string
  readonly fleet?: boolean
  readonly each?: boolean
  readonly output?: string
  readonly held?: boolean
  readonly replace?: boolean
  readonly remove?: boolean
  readonly baseSha256?: string
  readonly json?: boolean
}

/** `director stamp`: makes a base image one node, without a build. */
export function configure(command: Command): void {
  command
    .argument('<base>', 'an ISO, a flash image, or the initramfs.zst of a netboot folder')
    .argument(
      '[config...]',
      'a cluster file, a node.json, or a stamp; several with --fleet and --each',
    )
    .option('--node <name>', 'which node of a cluster file')
    .option('--fleet', 'one ISO for all nodes of the files; each machine finds its own at boot')
    .option('--each', 'an ISO or a netboot stamp for each node of the files, in the folder -o')
    .option(
      '-o, --output <file>',
      'where to; - is standard output; default: NODE.iso, NODE.img or fleet.iso',
    )
    .option('--held', 'the node was restored: it takes nothing over until directorctl join')
    .option('--replace', 'write over a stamp that is there already')
    .option(
      '--remove',
      'take the stamp out of an ISO or a flash image: the bytes of the base again',
    )
    .option('--base-sha256 <digest>', 'refuse any other base image', parseDigest)
    .option('--json', 'print what was written as JSON')
    .action(run)
}

async function run(base: string, configs: readonly string[], options: Options): Promise<void> {
  const { output, node, fleet = false, each = false, baseSha256, replace = false } = options
  checkUsage(configs, options)
  const given = await sourcesOf(configs, node, fleet || each)
  const sources = options.held === true ? given.map(heldSource) : given
  const [source] = sources
  await withImage(base, async opened => {
    const how = { replace, ...(baseSha256 === undefined ? {} : { expectedBase: baseSha256 }) }
    if (each) return reportEach(await stampEach(opened, sources, output ?? '.', how), options)
    const image = fleet
      ? await stampFleet(opened, sources, how)
      : await stampImage(opened, source, how)
    if (output === '-') return pipeline(Readable.from(image.stream()), process.stdout)
    const ending = image.kind === 'iso' ? 'iso' : 'img'
    const name = fleet ? 'fleet' : (source?.config.node.name ?? '')
    return writeFile(image, sources, output ?? `${name}.${ending}`, options)
  })
}

async function sourcesOf(
  configs: readonly string[],
  node: string | undefined,
  all: boolean,
): Promise<readonly NodeSource[]> {
  const sources: NodeSource[] = []
  for (const config of configs) {
    if (all) sources.push(...(await readNodeSources(config, node)))
    else sources.push(await readNodeSource(config, node))
  }
  return sources
}

async function writeFile(
  image: StampedImage,
  sources: readonly NodeSource[],
  file: string,
  { json = false, fleet = false }: Options,
): Promise<void> {
  await image.write(file)
  const names = sources.map(({ config }) => config.node.name)
  const { kind, size, baseSha256 } = image
  const who = fleet ? { nodes: names } : { node: names[0] }
  if (json) return printJson({ ok: true, file, kind, ...who, size, base_sha256: baseSha256 })
  const what = names.length === 0 ? 'no stamp' : `stamped as ${names.join(', ')}`
  process.stdout.write(`${file}: ${sizeText(size)}, ${what}, base ${baseSha256}\n`)
  if (names.length > 0) process.stderr.write('It holds secrets: only you can read it.\n')
}

function reportEach(stamped: StampedEach, { json = false }: Options): void {
  const { kind, files, baseSha256, copied } = stamped
  if (json) {
    printJson({ ok: true, kind, files, copied, base_sha256: baseSha256 })
    return
  }
  for (const { node, path } of files) process.stdout.write(`${path}: stamped as ${node}\n`)
  if (copied === 'reflink') process.stderr.write('The files share their blocks with the base.\n')
  if (copied === 'copy') {
    process.stderr.write('Each file is a whole copy: blocks cannot be shared with the base here.\n')
  }
  process.stderr.write('They hold secrets: only you can read them.\n')
}

function checkUsage(configs: readonly string[], options: Options): void {
  const { output, remove = false, fleet = false, each = false, json } = options
  if (remove && configs.length > 0) usage('--remove takes no configuration')
  if (remove && options.held === true) usage('--remove takes the stamp out: nothing is held')
  if (remove && (fleet || each)) usage('--remove takes every stamp out, those of a fleet too')
  if (!remove && configs.length === 0) usage('the configuration of the node is missing')
  if (fleet && each) usage('--fleet makes one image, --each one for every node')
  if (each && output === '-') usage('--each writes into a folder')
  if (!fleet && !each && configs.length > 1) usage('several configurations need --fleet or --each')
  if (remove && output === undefined) usage('--remove needs -o FILE')
  if (output !== '-') return
  if (json === true) usage('--json and -o - both want standard output')
  if (process.stdout.isTTY)
    usage('an image on a terminal helps nobody: send it to a file or a pipe')
}

function usage(message: string): never {
  fail({ code: 'wrong_usage', message, remedy: 'run director stamp --help for the usage' })
}

function parseDigest(word: string): string {
  if (/^[0-9a-f]{64}$/.test(word)) return word
  throw new InvalidArgumentError('It is 64 hexadecimal digits in small letters.')
}
