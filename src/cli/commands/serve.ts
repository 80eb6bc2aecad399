import { isIP } from 'node:net'
import { type Command, InvalidArgumentError } from 'commander'
import { onInterrupt } from '../../kit/interrupt.ts'
import { fail } from '../../kit/problem.ts'
import { neighbourOf } from '../../serve/clients.ts'
import { openLibrary } from '../../serve/library.ts'
import { logJson, logLine } from '../../serve/log-line.ts'
import { serve } from '../../serve/server.ts'
import { printJson } from '../answer.ts'

interface Listen {
  readonly address: string
  readonly port: number
}

interface Options {
  readonly listen: Listen
  readonly client: ReadonlyMap<string, string>
  readonly open?: boolean
  readonly json?: boolean
}

const DEFAULT_LISTEN: Listen = { address: '127.0.0.1', port: 8080 }

/** `director serve`: a build by HTTP, for machines that boot from the network. */
export function configure(command: Command): void {
  command
    .argument('<folder>', 'the folder of a build, for example out/pair')
    .option('--listen <address:port>', 'default: 127.0.0.1:8080', readListen, DEFAULT_LISTEN)
    .option(
      '--client <address=node>',
      'this client is that node, or may have what belongs to any (=all); may be given again',
      readClient,
      new Map<string, string>(),
    )
    .option('--open', 'give stamps and ISOs with secrets also to clients that cannot be told apart')
    .option('--json', 'log lines as JSON')
    .action(run)
}

async function run(
  folder: string,
  { listen, client, open = false, json = false }: Options,
): Promise<void> {
  const library = openLibrary(folder)
  const nodes = await library.nodes()
  if (nodes.length === 0) nothingToServe(folder)
  const names = nodes.map(({ name }) => name)
  for (const name of client.values()) {
    if (name !== 'all' && !names.includes(name)) unknownNode(name, names)
  }
  const server = await serve({
    library,
    manners: { given: client, open, neighbour: neighbourOf },
    ...listen,
    onRequest: record => process.stdout.write(`${json ? logJson(record) : logLine(record)}\n`),
  })
  const { address, port } = server
  const url = `http://${isIP(address) === 6 ? `[${address}]` : address}:${port}/`
  if (json) printJson({ ok: true, url, nodes: names })
  else process.stdout.write(`${url} serves ${folder} for ${names.join(', ')}; Ctrl-C ends it\n`)
  if (open) {
    process.stderr.write(
      'warning: --open: any client that cannot be told apart gets the secrets that it asks for\n',
    )
  }
  await new Promise<void>(resolve => {
    onInterrupt(async () => {
      await server.close()
      resolve()
    })
  })
}

function readListen(text: string): Listen {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const address = bracketed ?? plain ?? ''
  if (isIP(address) === 0 || Number(port) > 65_535) {
    throw new InvalidArgumentError('an address and a port, as 192.0.2.5:8080 or [::1]:8080.')
  }
  return { address, port: Number(port) }
}

function readClient(
  text: string,
  before: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const [address = '', node = ''] = text.split('=', 2)
  if (isIP(address) === 0 || node === '') {
    throw new InvalidArgumentError('an address and the name of a node, as 192.0.2.9=lb1.')
  }
  return new Map([...before, [address, node]])
}

function nothingToServe(folder: string): never {
  fail({
    code: 'nothing_to_serve',
    message: 'the folder holds no netboot files of a build',
    expected: 'netboot/nodes/ with a stamp for each node',
    where: { file: folder },
    remedy: 'name the folder that `director build` wrote, for example out/pair',
  })
}

function unknownNode(name: string, names: readonly string[]): never {
  fail({
    code: 'wrong_usage',
    message: `--client names ${name}, which is no node of this build`,
    expected: `all, or one of ${names.join(', ')}`,
  })
}
