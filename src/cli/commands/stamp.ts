import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { fail } from '../../kit/problem.ts'
import { withImage } from '../../stamp/image-reader.ts'
import { type NodeSource, readNodeSource } from '../../stamp/node-source.ts'
import { type StampedImage, stampImage } from '../../stamp/stamp-image.ts'
import { printJson } from '../answer.ts'
import { sizeText } from '../size.ts'

interface Options {
  readonly node?: string
  readonly output?: string
  readonly replace?: boolean
  readonly remove?: boolean
  readonly baseSha256?: string
  readonly json?: boolean
}

/** `director stamp`: makes a base image one node, without a build. */
export function configure(command: Command): void {
  command
    .argument('<base>', 'an ISO, a flash image, or the initramfs.zst of a netboot folder')
    .argument('[config]', 'a cluster file, a node.json, or a stamp')
    .option('--node <name>', 'which node of a cluster file')
    .option('-o, --output <file>', 'where to; - is standard output; default: NODE.iso or NODE.img')
    .option('--replace', 'write over a stamp that is there already')
    .option(
      '--remove',
      'take the stamp out of an ISO or a flash image: the bytes of the base again',
    )
    .option('--base-sha256 <digest>', 'refuse any other base image', parseDigest)
    .option('--json', 'print what was written as JSON')
    .action(run)
}

async function run(base: string, config: string | undefined, options: Options): Promise<void> {
  const { output, replace = false, json = false } = options
  checkUsage(config, options)
  const source = config === undefined ? undefined : await readNodeSource(config, options.node)
  const { baseSha256 } = options
  await withImage(base, async opened => {
    const image = await stampImage(opened, source, {
      replace,
      ...(baseSha256 === undefined ? {} : { expectedBase: baseSha256 }),
    })
    if (output === '-') await pipeline(Readable.from(image.stream()), process.stdout)
    else await writeFile(image, source, output ?? defaultName(image, source), json)
  })
}

async function writeFile(
  image: StampedImage,
  source: NodeSource | undefined,
  file: string,
  json: boolean,
): Promise<void> {
  await image.write(file)
  const node = source?.config.node.name
  const { kind, size, baseSha256 } = image
  if (json) return printJson({ ok: true, file, kind, node, size, base_sha256: baseSha256 })
  const what = node === undefined ? 'no stamp' : `stamped as ${node}`
  process.stdout.write(`${file}: ${sizeText(size)}, ${what}, base ${baseSha256}\n`)
  if (node !== undefined) process.stderr.write('It holds secrets: only you can read it.\n')
}

const defaultName = ({ kind }: StampedImage, source: NodeSource | undefined) =>
  `${source?.config.node.name}.${kind === 'iso' ? 'iso' : 'img'}`

function checkUsage(config: string | undefined, { output, remove, json }: Options): void {
  if (remove === true && config !== undefined) usage('--remove takes no configuration')
  if (remove !== true && config === undefined) usage('the configuration of the node is missing')
  if (remove === true && output === undefined) usage('--remove needs -o FILE')
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
