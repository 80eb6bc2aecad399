import { resolve as resolvePath } from 'node:path'
import { type Problem, ProblemError, type Where } from '../../kit/problem.ts'
import type { ClusterSpec } from '../cluster-spec.ts'
import { Secret } from '../secret.ts'
import type { YamlDocument } from '../yaml/document.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import { faultOfKey, keyLines } from './authorized-keys.ts'
import { decodeOpenSshKey, encodeDropbearKey, type HostKeyFault } from './host-key.ts'
import { readSecretFile, readSmallFile } from './secret-file.ts'

/** The content of the files that `access` and the nodes refer to. */
export interface Access {
  /** Lines of an OpenSSH authorized_keys file. */
  readonly authorized_keys: readonly string[]
  readonly console_password_hash?: Secret
  /** By node name: dropbear's private key file, base64. */
  readonly ssh_host_keys: ReadonlyMap<string, Secret>
}

/** Reads the keys and the password hash; what is wrong with them goes to `problems`. */
export async function readAccess(
  spec: ClusterSpec,
  document: YamlDocument,
  folder: string,
  problems: Problem[],
): Promise<Access> {
  const attempt = <Result>(work: Promise<Result>): Promise<Result | undefined> =>
    work.catch((error: unknown) => {
      if (!(error instanceof ProblemError)) throw error
      problems.push(...error.problems)
      return undefined
    })
  const at = (path: DocumentPath) => document.where(path)

  const authorized_keys: string[] = []
  for (const [index, entry] of spec.access.authorized_keys.entries()) {
    const where = at(['access', 'authorized_keys', index])
    const keys = await attempt(
      typeof entry === 'string'
        ? checkKeys([{ line: 0, key: entry.trim() }], '', where)
        : readKeys(resolvePath(folder, entry.file), where),
    )
    authorized_keys.push(...(keys ?? []))
  }
  const reference = spec.access.console_password_hash
  const hash =
    reference === undefined
      ? undefined
      : await attempt(
          readHash(resolvePath(folder, reference.file), at(['access', 'console_password_hash'])),
        )
  const ssh_host_keys = new Map<string, Secret>()
  for (const [index, node] of spec.nodes.entries()) {
    if (node.ssh_host_key === undefined) continue
    const path = resolvePath(folder, node.ssh_host_key.file)
    const key = await attempt(readHostKey(path, at(['nodes', index, 'ssh_host_key'])))
    if (key !== undefined) ssh_host_keys.set(node.name, key)
  }
  return {
    authorized_keys: [...new Set(authorized_keys)],
    ...(hash === undefined ? {} : { console_password_hash: hash }),
    ssh_host_keys,
  }
}

async function readKeys(path: string, where: Where): Promise<readonly string[]> {
  const { text } = await readSmallFile(path, where)
  const lines = keyLines(text)
  if (lines.length === 0) {
    throw new ProblemError([
      {
        code: 'no_authorized_key',
        message: 'a file of authorized keys has none',
        expected: 'a line as in a .pub file, for example: ssh-ed25519 AAAA... name',
        found: `${path} without a key`,
        where,
      },
    ])
  }
  return checkKeys(lines, path, where)
}

async function checkKeys(
  lines: readonly { readonly line: number; readonly key: string }[],
  path: string,
  where: Where,
): Promise<readonly string[]> {
  for (const { line, key } of lines) {
    const fault = faultOfKey(key)
    if (fault === undefined) continue
    throw new ProblemError([
      {
        code: 'bad_authorized_key',
        message: 'an authorized key would let nobody in',
        expected: 'a line as in a .pub file, for example: ssh-ed25519 AAAA... name',
        found: path === '' ? fault : `${fault}, in line ${line} of ${path}`,
        where,
      },
    ])
  }
  return lines.map(({ key }) => key)
}

async function readHash(path: string, where: Where): Promise<Secret> {
  const hash = (await readSecretFile(path, where)).reveal().trim()
  if (
    /^\$(6|5)\$(rounds=[0-9]+\$)?[./0-9A-Za-z]{1,16}\$([./0-9A-Za-z]{86}|[./0-9A-Za-z]{43})$/.test(
      hash,
    )
  ) {
    return new Secret(hash)
  }
  throw new ProblemError([
    {
      code: 'bad_password_hash',
      message: 'the file of the console password hash holds no such hash',
      expected: 'one line that begins with $6$ or $5$, as `openssl passwd -6` prints it',
      found: `${path}, with ${hash.length} characters of another form (not shown)`,
      where,
      remedy: 'if it holds the password itself: openssl passwd -6 -stdin < OLD > NEW',
    },
  ])
}

const hostKeyFaults: Readonly<Record<HostKeyFault, string>> = {
  not_openssh: 'no OpenSSH private key',
  encrypted: 'a key with a passphrase, which the node could not ask for',
  not_ed25519: 'a key of another type',
  damaged: 'a key that is cut off or damaged',
}

async function readHostKey(path: string, where: Where): Promise<Secret> {
  const key = decodeOpenSshKey((await readSecretFile(path, where)).reveal())
  if (typeof key !== 'string') {
    return new Secret(Buffer.from(encodeDropbearKey(key)).toString('base64'))
  }
  throw new ProblemError([
    {
      code: 'bad_host_key',
      message: 'the SSH host key of a node cannot be used',
      expected: "an unencrypted OpenSSH key, made with: ssh-keygen -t ed25519 -N '' -f FILE",
      found: `${path}: ${hostKeyFaults[key]}`,
      where,
    },
  ])
}
