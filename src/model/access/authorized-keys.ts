import { SshReader } from './ssh-wire.ts'

// What dropbear 2022.83 and later take.
const TYPES = [
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
]

// dropbear refuses a key with any other option (its svr-authpubkeyoptions.c).
const OPTIONS = [
  'command',
  'no-agent-forwarding',
  'no-port-forwarding',
  'no-pty',
  'no-touch-required',
  'no-x11-forwarding',
  'permitlisten',
  'permitopen',
  'restrict',
  'verify-required',
]

/** The lines of an authorized_keys file that hold a key: no comments, no empty lines. */
export function keyLines(text: string): readonly { readonly line: number; readonly key: string }[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line: index + 1, key: line.trim() }))
    .filter(({ key }) => key !== '' && !key.startsWith('#'))
}

/**
 * What keeps a line of an authorized_keys file from letting anybody in.
 *
 * @returns undefined when nothing does; never a part of the line
 */
export function faultOfKey(line: string): string | undefined {
  if (line.includes('PRIVATE KEY')) return 'a private key; the file with .pub is the public one'
  if (/[\r\n]/.test(line)) return 'several lines'
  const words = splitOutsideQuotes(line, ' ')
  const at = words.findIndex(word => TYPES.includes(word))
  if (at < 0) return `none of the key types ${TYPES.join(', ')}`
  if (at > 1) return 'something between the options and the key type'
  if (at === 1) {
    const fault = faultOfOptions(words[0] ?? '')
    if (fault !== undefined) return fault
  }
  const blob = Buffer.from(words[at + 1] ?? '', 'base64')
  const reader = new SshReader(blob)
  if (reader.string()?.toString('latin1') !== words[at] || reader.string() === undefined) {
    return 'a key that is cut off or damaged'
  }
  return undefined
}

function faultOfOptions(text: string): string | undefined {
  const unknown = splitOutsideQuotes(text, ',')
    .map(option => option.split('=')[0]?.toLowerCase() ?? '')
    .find(option => !OPTIONS.includes(option))
  if (unknown === undefined) return undefined
  return 'an option that the SSH server does not know, for which it refuses the key'
}

function splitOutsideQuotes(text: string, separator: string): readonly string[] {
  const words: string[] = []
  let word = ''
  let isQuoted = false
  let before = ''
  for (const character of text) {
    if (character === '"' && before !== '\\') isQuoted = !isQuoted
    before = character
    if (character === separator && !isQuoted) {
      if (word !== '') words.push(word)
      word = ''
    } else word += character
  }
  if (word !== '') words.push(word)
  return words
}
