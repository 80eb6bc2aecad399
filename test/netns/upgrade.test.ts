import type { PathsAnswer } from '../../src/agent/control/paths.ts'
import { guardedNode, startOnLine, VIP } from './guarded.ts'
import { frontIndex, overlapsOf, watchOwnership } from './ownership.ts'
import { openNextAgent, type Running } from './segment.ts'
import { type LineContext, onSegmentAndLine } from './segment-test.ts'

// An agent with the next major of the heartbeat protocol beside one that does not know it.

const netns = onSegmentAndLine()

type Name = 'lb1' | 'lb2'

// Of an order, on however busy a machine; without the heartbeat's handshake it is 600 ms and more.
const GAP_MAX_US = 400_000
const HANDOVERS = 4

function start(context: LineContext, name: Name, agent: string): Running {
  const id = name === 'lb1' ? 1 : 2
  const config = guardedNode(id, { advert_interval_ms: 1_000 })
  return startOnLine({ ...context, programs: { ...context.programs, agent } }, id, config)
}

async function ask({ segment, programs }: LineContext, name: Name, word: string): Promise<string> {
  const words = ['directorctl', ...word.split(' '), '--socket', segment.socket(name)]
  return segment.run(name, [programs.agent, ...words])
}

/** Waits until a node hears the other one, verified, on every path. */
async function whole(context: LineContext, name: Name): Promise<PathsAnswer> {
  for (let tries = 0; ; tries += 1) {
    const said = await ask(context, name, 'paths --json')
    const answer = said === '' ? undefined : (JSON.parse(said) as PathsAnswer)
    const isWhole =
      answer?.peer?.state === 'verified' && answer.paths.every(path => path.authenticated)
    if (answer !== undefined && isWhole) return answer
    if (tries === 150) throw new Error(`${name} is not whole:\n${said}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

netns.serial(
  'a pair is upgraded to the next version of the protocol and back, with one owner all the time',
  async t => {
    const { segment, programs } = t.context
    const next = await openNextAgent(segment.folder)
    const running = {
      lb1: start(t.context, 'lb1', programs.agent),
      lb2: start(t.context, 'lb2', programs.agent),
    }
    await running.lb1.saw(/front active/, 30)
    await whole(t.context, 'lb2')
    const signOf = (name: Name) => {
      const device = `vr4.10.${frontIndex(segment, name)}`
      const folder = `/sys/class/net/${device}`
      return [name, `${folder}/proto_down=^0`, `${folder}/carrier=^1`] as const
    }
    const end = await watchOwnership(segment, programs, VIP, [signOf('lb1'), signOf('lb2')])

    /** Another agent on the backup, which then is told to take over by the other's leave. */
    const renew = async (backup: Name, agent: string) => {
      const active = backup === 'lb1' ? 'lb2' : 'lb1'
      t.is(await running[backup].end(), 0)
      running[backup] = start(t.context, backup, agent)
      await running[backup].saw(/front backup/, 30)
      await whole(t.context, backup)
      await whole(t.context, active)
      await ask(t.context, active, 'standby')
      await running[backup].saw(/front active \(peer_offers\)/, 30)
      await ask(t.context, active, 'join')
    }
    await renew('lb2', next)
    await renew('lb1', next)
    await renew('lb2', programs.agent)
    await renew('lb1', programs.agent)

    const seen = await end()
    const [lb1 = [], lb2 = []] = seen.kernel
    t.deepEqual(overlapsOf(lb1, lb2), [])
    // A question that waited in a machine's queue while the VIP moved there is answered again.
    t.true(seen.answered_twice_us.length + seen.echoes_doubled <= HANDOVERS)
    const spans = [...lb1, ...lb2].sort((left, right) => left.from_us - right.from_us)
    const gaps = spans.slice(1).map((span, index) => span.from_us - (spans[index]?.to_us ?? 0))
    t.log(`${gaps.map(gap => gap / 1_000).join(', ')} ms without an owner`)
    t.is(gaps.length, HANDOVERS)
    t.true(Math.max(...gaps) < GAP_MAX_US)
  },
)
