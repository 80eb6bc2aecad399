import { basename, join, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { randomPassword } from '../../model/access/sha512crypt.ts'
import { makeNewCluster, schemaPathFrom, writeNewCluster } from '../../model/new-cluster.ts'
import { printJson } from '../answer.ts'

// About 117 bits.
const PASSWORD_LENGTH = 20

interface InitOptions {
  readonly name?: string
  readonly nodes: readonly [string, string]
  readonly forward: 'nat' | 'dr'
  readonly json?: boolean
}

/** `director init`: a commented cluster file for a new pair, and its secrets. */
export function configure(command: Command): void {
  command
    .argument('<folder>', 'the folder to write to; it gives the cluster its name')
    .option('--name <name>', 'name of the cluster, if it is not that of the folder')
    .option('--nodes <two names>', 'names of the two nodes, by a comma', parseNodes, ['lb1', 'lb2'])
    .addOption(
      new Option('--forward <method>', 'how packets reach the real servers')
        .choices(['nat', 'dr'])
        .default('nat'),
    )
    .option('--json', 'print what was written as JSON; the password goes to standard error')
    .action(run)
}

async function run(folder: string, options: InitOptions): Promise<void> {
  const { name = basename(resolve(folder)), nodes, forward, json = false } = options
  const password = randomPassword(PASSWORD_LENGTH)
  const schema = schemaPathFrom(folder)
  const { files, hostKeys } = makeNewCluster({ name, nodes, forward, password, schema })
  await writeNewCluster(folder, files)
  const paths = files.map(({ path }) => join(folder, path))
  const [file = ''] = paths
  if (json) printJson({ ok: true, cluster: name, file, files: paths, ssh_host_keys: hostKeys })
  else {
    process.stdout.write(
      [
        ...paths.map(path => `wrote ${path}`),
        ...Object.entries(hostKeys).map(([node, key]) => `SSH host key of ${node}: ${key}`),
        `Next: put the MAC addresses of your NICs into ${file}, then`,
        `  ./director validate ${file}`,
        '',
      ].join('\n'),
    )
  }
  // Not on standard output, which may go to a file.
  process.stderr.write(`The password of root on the consoles, shown only now: ${password}\n`)
}

function parseNodes(words: string): readonly string[] {
  const names = words.split(',')
  if (names.length === 2) return names
  throw new InvalidArgumentError('It is two names with a comma between them.')
}
