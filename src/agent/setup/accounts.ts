import type { AccessConfig, InterfaceConfig } from '../../model/node-config.ts'
import type { FileStep } from '../kernel/talk.ts'
import { asciiBytes, asciiText, utf8Bytes } from '../kernel/text.ts'
import { decodeBase64 } from './base64.ts'

/**
 * The files that say who may log in, and where. They hold secrets: root alone reads them.
 *
 * @param management the management interfaces that are there: dropbear listens on their addresses
 * @param shadow the /etc/shadow that the image came with
 */
export function accountFiles(
  access: AccessConfig,
  management: readonly InterfaceConfig[],
  shadow: Uint8Array,
): readonly FileStep[] {
  const listen = management.flatMap(({ addresses }) => addresses.map(withoutLength))
  const hostKey = access.ssh_host_key === undefined ? undefined : decodeBase64(access.ssh_host_key)
  return [
    write('/etc/shadow', asciiBytes(shadowText(asciiText(shadow), access))),
    directory('/root', 0o700),
    directory('/root/.ssh', 0o700),
    write('/root/.ssh/authorized_keys', utf8Lines(access.authorized_keys)),
    write('/run/director/management', utf8Lines(listen)),
    ...(hostKey === undefined
      ? []
      : [directory('/etc/dropbear', 0o700), write('/etc/dropbear/host_key', hostKey)]),
  ]
}

/** /etc/shadow with root's password, or with none that could match; other lines stay. */
export function shadowText(shadow: string, access: AccessConfig): string {
  const others = shadow.split('\n').filter(line => line !== '' && !line.startsWith('root:'))
  // No day of the last change: the password has no age, and nobody is asked for a new one.
  const root = `root:${access.console_password_hash ?? '*'}::0:99999:7:::`
  return [root, ...others, ''].join('\n')
}

const withoutLength = (prefix: string): string => prefix.split('/')[0] ?? ''

const write = (path: string, content: Uint8Array): FileStep => ({
  kind: 'write',
  path,
  content,
  mode: 0o600,
})

const directory = (path: string, mode: number): FileStep => ({
  kind: 'make_directory',
  path,
  mode,
})

/** One a line. */
const utf8Lines = (lines: readonly string[]): Uint8Array =>
  utf8Bytes(lines.map(line => `${line}\n`).join(''))
