import { execFileSync } from 'node:child_process'

/** What a firmware says of itself when it asks for an address. */
export interface Firmware {
  /** Option 93: 0 BIOS, 7 and 9 UEFI for x86-64, 16 the same by HTTP. */
  readonly arch: number
  readonly userClass?: string
}

/** What a server offers. */
export interface BootOffer {
  readonly address: string
  /** Where the file is (siaddr). */
  readonly server: string
  /** Option 67, or the header's field. */
  readonly file: string
  readonly vendorClass?: string
}

type Machines = Readonly<Record<string, Firmware & { readonly mac: string }>>

// As RFC 2131 and RFC 4578 have it: what the PXE of common cards sends.
const OPTIONS_WANTED = [1, 3, 6, 43, 60, 66, 67, 97]
const COOKIE = 0x63825363

/**
 * Sends a DHCPDISCOVER for each machine from a namespace and reads the offers.
 *
 * @returns undefined for a machine that was offered nothing
 */
export async function askForBoot(
  namespace: string,
  machines: Machines,
): Promise<Readonly<Record<string, BootOffer | undefined>>> {
  const names = Object.keys(machines)
  const packets = Object.values(machines).map((machine, index) =>
    discover(machine, index + 1).toString('hex'),
  )
  const words = ['netns', 'exec', namespace, process.execPath, '-e', CLIENT, ...packets]
  const answers = execFileSync('ip', words, { encoding: 'utf8' }).split('\n').filter(Boolean)
  const found = answers.map(line => Buffer.from(line, 'hex'))
  return Object.fromEntries(
    names.map((name, index) => {
      const answer = found.find(packet => packet.readUInt32BE(4) === index + 1)
      return [name, answer === undefined ? undefined : readOffer(answer)]
    }),
  )
}

// Gives up on whoever has not answered three seconds after the last answer.
const CLIENT = `
const socket = require('node:dgram').createSocket('udp4')
const packets = process.argv.slice(1)
let timer = setTimeout(() => process.exit(), 4000)
let left = packets.length
socket.on('message', packet => {
  if (packet[0] !== 2) return
  process.stdout.write(packet.toString('hex') + '\\n')
  clearTimeout(timer)
  if (--left === 0) process.exit()
  timer = setTimeout(() => process.exit(), 3000)
})
socket.bind(68, () => {
  socket.setBroadcast(true)
  for (const packet of packets) socket.send(Buffer.from(packet, 'hex'), 67, '255.255.255.255')
})
`

function discover(
  { arch, mac, userClass }: Firmware & { readonly mac: string },
  transaction: number,
): Buffer {
  const head = Buffer.alloc(240)
  head.set([1, 1, 6, 0])
  head.writeUInt32BE(transaction, 4)
  // The answer is to be broadcast.
  head.writeUInt16BE(0x8000, 10)
  head.set(Buffer.from(mac.replaceAll(':', ''), 'hex'), 28)
  head.writeUInt32BE(COOKIE, 236)
  const protocol = arch === 16 ? 'HTTPClient' : 'PXEClient'
  const vendor = `${protocol}:Arch:${String(arch).padStart(5, '0')}:UNDI:003001`
  return Buffer.concat([
    head,
    option(53, [1]),
    option(55, OPTIONS_WANTED),
    option(93, [0, arch]),
    option(94, [1, 3, 16]),
    option(97, new Array(17).fill(0)),
    option(60, Buffer.from(vendor)),
    ...(userClass === undefined ? [] : [option(77, Buffer.from(userClass))]),
    Buffer.from([255]),
  ])
}

const option = (code: number, value: Iterable<number>) => {
  const bytes = Buffer.from([...value])
  return Buffer.concat([Buffer.from([code, bytes.length]), bytes])
}

function readOffer(packet: Buffer): BootOffer {
  const options = readOptions(packet)
  const file = options.get(67) ?? packet.subarray(108, 236)
  const vendorClass = options.get(60)
  return {
    address: packet.subarray(16, 20).join('.'),
    server: packet.subarray(20, 24).join('.'),
    file: textOf(file),
    ...(vendorClass === undefined ? {} : { vendorClass: textOf(vendorClass) }),
  }
}

function readOptions(packet: Buffer): ReadonlyMap<number, Buffer> {
  const options = new Map<number, Buffer>()
  let at = 240
  while (at < packet.length && packet[at] !== 255) {
    const length = packet[at] === 0 ? -1 : (packet[at + 1] ?? 0)
    if (length >= 0) options.set(packet[at] ?? 0, packet.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return options
}

const textOf = (bytes: Buffer) => bytes.toString('latin1').split('\0')[0] ?? ''
