import test from 'ava'
import { openFollower } from '../../../src/agent/shell/follower.ts'
import { POLL_IN, POLL_OUT } from '../../../src/agent/shell/poll.ts'
import { type FakeHost, putHost } from '../../support/fake-host.ts'

const EAGAIN = 11
const EPIPE = 32
const LINE = { text: 'x'.repeat(1_000) }

interface Peer {
  /** Bytes that the socket still takes. */
  room: number
  /** What a read gives: minus errno, or 0 for the end. */
  read: number
  write_errno: number
  said: string
  events: number
  ready: () => void
  gone: number
}

function newPeer() {
  const peer: Peer = {
    ...{ room: 0, read: -EAGAIN, write_errno: EAGAIN, said: '', events: 0, gone: 0 },
    ready: () => undefined,
  }
  const fake: FakeHost = putHost({
    read: () => peer.read,
    write(_, bytes) {
      const count = Math.min(bytes.length, peer.room)
      if (count === 0) return -peer.write_errno
      peer.room -= count
      peer.said += Buffer.from(bytes.subarray(0, count)).toString()
      return count
    },
  })
  const watcher = {
    watch(_: number, events: number, ready: () => void) {
      Object.assign(peer, { events, ready })
    },
    forget: () => Object.assign(peer, { events: 0 }),
  }
  const follower = openFollower(5, watcher, () => {
    peer.gone += 1
  })
  return { peer, fake, follower }
}

const linesOf = ({ said }: Peer) =>
  said
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { dropped?: number })

test.serial('a line goes out at once where the socket takes it', t => {
  const { peer, follower } = newPeer()
  peer.room = 10_000
  t.true(follower.tell(LINE))
  t.deepEqual(linesOf(peer), [LINE])
  t.is(peer.events, POLL_IN)
})

test.serial('a slow reader loses lines, is told how many and where, and gets the rest', t => {
  const { peer, follower } = newPeer()
  const taken = Array.from({ length: 100 }, () => follower.tell(LINE))
  const dropped = taken.filter(each => !each).length
  t.true(dropped > 30 && dropped < 40, `${dropped}`)
  t.is(peer.events, POLL_IN | POLL_OUT)
  peer.room = 1_000_000
  peer.ready()
  const lines = linesOf(peer)
  t.deepEqual(lines.at(-1), { dropped })
  t.is(lines.length, 100 - dropped + 1)
  t.true(follower.tell(LINE))
  t.deepEqual(linesOf(peer).at(-1), LINE)
})

test.serial('a line that is taken in pieces arrives whole', t => {
  const { peer, follower } = newPeer()
  peer.room = 7
  follower.tell({ seq: 1 })
  t.is(peer.said, '{"seq":')
  peer.room = 100
  peer.ready()
  t.is(peer.said, '{"seq":1}\n')
})

test.serial('a follower that waits for events is never cut off, a stuck one after a minute', t => {
  const { peer, fake, follower } = newPeer()
  t.true(follower.idleAt() > 1_000_000_000_000)
  fake.at = 5_000_000
  follower.tell(LINE)
  t.is(Number(follower.idleAt()), 65_000_000)
  peer.room = 10
  fake.at = 20_000_000
  peer.ready()
  t.is(Number(follower.idleAt()), 80_000_000)
})

test.serial('a follower that ends, speaks or cannot be written to is closed once', t => {
  for (const [read, errno] of [
    [0, EAGAIN],
    [12, EAGAIN],
    [-EAGAIN, EPIPE],
  ] as const) {
    const { peer, fake, follower } = newPeer()
    peer.write_errno = errno
    peer.read = read
    follower.tell(LINE)
    peer.ready()
    t.deepEqual([peer.gone, ...fake.closed], [1, 5])
    t.true(follower.tell(LINE))
    follower.close()
    t.is(peer.gone, 1)
  }
})
