import type {} from '../../src/agent/shell/host.d.ts'

// Runs inside the host, in place of the agent: says what each call gives, a line each.
const room = new Uint8Array(4096)

function say(name: string, value: unknown): void {
  const line = `${name} ${JSON.stringify(value)}\n`
  host.write(1, room.subarray(0, host.encode(line, room)))
}

const bytes = (text: string) => {
  const into = new Uint8Array(text.length * 3)
  return into.slice(0, host.encode(text, into))
}
const hex = (digest: Uint8Array) =>
  Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')
const digestOf = (content: Uint8Array) => {
  const into = new Uint8Array(32)
  host.sha256(content, into)
  return hex(into)
}

const [, folder = '', deed = ''] = host.args
const file = `${folder}/file`
const bad = undefined as unknown as Uint8Array

say('absent', [typeof Date, typeof Promise, typeof RegExp, typeof Math.random])
for (const length of [0, 3, 55, 56, 63, 64, 65, 1000]) {
  say(`sha256 ${length}`, digestOf(new Uint8Array(length).fill(97)))
}
say('encode', [host.encode('äöü', new Uint8Array(6)), host.encode('äöü', new Uint8Array(5))])
say('decode', host.decode(new Uint8Array([0x61, 0xc3, 0xa4, 0xff])))
say('write', host.writeFile(file, bytes('hello'), 0o600))
say('write to what must exist', host.writeFile(`${folder}/none`, bytes('x'), -1))
say('read', [host.readFile(file, room), host.decode(room.subarray(0, 5))])
say('read into too little', host.readFile(file, new Uint8Array(5)))
say('read absent', host.readFile(`${folder}/none`, room))
say('directory', [
  host.makeDirectory(`${folder}/d`, 0o700),
  host.makeDirectory(`${folder}/d`, 0o700),
])
say(
  'list',
  host
    .decode(room.slice(0, host.listDirectory(`${folder}/d/..`, room)))
    .split('\0')
    .sort(),
)
say('remove', [host.remove(file), host.remove(file)])
say('wrong arguments', [
  host.readFile(file, bad),
  host.readFile(7 as unknown as string, room),
  host.recv(-1, room),
  host.recv(1e9, room),
  host.recv(1.5, room),
  host.close(Number.NaN),
  host.watch(0, -1),
  host.tcpConnect(1, 0),
  host.tcpConnect(2 ** 32, 1),
  host.wait(host.now(), new Uint8Array(3) as unknown as Int32Array),
  host.supervise(100),
  host.childEnd(1),
  host.guard(0, new Uint8Array(2 << 20)),
  host.unixConnect('x'.repeat(200)),
])
const began = host.now()
const ready = new Int32Array(4)
const counted = host.wait((began + 20_000) as typeof began, ready)
say('wait', [counted, host.now() - began >= 20_000, host.now() - began < 60_000])
say('stale array', host.sha256(room.subarray(4096), new Uint8Array(32)))

// Blocks of each size, given back and taken again, and lists that grow and shrink across sizes.
const blocks = Array.from({ length: 700 }, (_, size) => new Uint8Array(size).fill(size))
const lists = Array.from({ length: 70 }, (_, size) => Array.from({ length: size }, () => size))
for (let size = 0; size < blocks.length; size += 2) blocks[size] = new Uint8Array(size).fill(size)
for (const [size, list] of lists.entries()) {
  for (let more = 0; more < 70; more += 1) list.push(size)
  list.length = size
}
say('memory', [
  blocks.every((block, size) => block.length === size && block.every(byte => byte === size % 256)),
  lists.every((list, size) => list.length === size && list.every(each => each === size)),
])

if (deed === 'loop') for (;;);
if (deed === 'memory') {
  const kept: Uint8Array[] = []
  for (;;) kept.push(new Uint8Array(1 << 20))
}
if (deed === 'stack') {
  const deeper = (depth: number): number => 1 + deeper(depth + 1)
  say('depth', deeper(0))
}
if (deed === 'throw') throw new Error('on purpose')
host.exit(7)
