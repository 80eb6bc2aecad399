import { setTimeout as sleep } from 'node:timers/promises'
import { onInterrupt } from '../kit/interrupt.ts'
import { advertOf, captureEnd, readFrames } from './capture.ts'
import type { Lab } from './lab.ts'
import { captureFile } from './qemu.ts'
import { createServiceWatch } from './service-watch.ts'

const RATE = 10
// A client's records are kept until its end, so none lives for ever.
const CLIENT_LIFE_S = 600
const SECOND_MS = 1_000
// A capture that is larger is begun anew.
const CAPTURE_BYTES_MAX = 32 << 20

/** Shows what happens to the service, second by second, until the program is interrupted. */
export async function watchService(lab: Lab, output: NodeJS.WriteStream): Promise<void> {
  const isLive = output.isTTY === true
  const watch = createServiceWatch(lab.target.host)
  const announcers = createAnnouncers(lab)
  const stopKeys = isLive ? readKeys(lab) : undefined
  let isOver = false
  const forget = onInterrupt(() => {
    isOver = true
    stopKeys?.()
  })
  if (isLive) output.write(`Keys: ${keyHelp(lab)}, Ctrl-C ends the lab.\n`)
  while (!isOver) {
    const load = lab.load({ rate: RATE, seconds: CLIENT_LIFE_S })
    load.finished.catch(() => undefined)
    let seen = 0
    for (let second = 0; second < CLIENT_LIFE_S && !isOver; second += 1) {
      await sleep(SECOND_MS)
      const time = new Date().toTimeString().slice(0, 8)
      const records = load.records.slice(seen)
      seen = load.records.length
      const { news, state } = watch.observe({ owners: await announcers(), records, time })
      for (const line of news) output.write(`${isLive ? '\r\u001b[K' : ''}${line}\n`)
      if (isLive) output.write(`\r\u001b[K${state}`)
    }
  }
  forget()
}

/** Who has sent adverts for the service's address since the last call. */
function createAnnouncers(lab: Lab): () => Promise<readonly string[]> {
  const { host } = lab.target
  const instance = lab.nodes[0]?.vrrp.instances.find(({ addresses }) =>
    addresses.some(vip => vip.startsWith(`${host}/`)),
  )
  const files = lab.plan.directors.map(({ name }) => {
    const file = captureFile(lab.logs, name, instance?.interface ?? '')
    return { name, file, next: captureEnd(file) }
  })
  return async () => {
    const names: string[] = []
    for (const one of files) {
      const { frames, next } = readFrames(one.file, one.next)
      one.next = next
      const sent = frames.map(advertOf).filter(advert => advert?.vrid === instance?.vrid)
      if (sent.some(advert => (advert?.priority ?? 0) > 0)) names.push(one.name)
      if (next > CAPTURE_BYTES_MAX && lab.machine(one.name).isOn()) {
        await lab.machine(one.name).restartCapture(instance?.interface ?? '')
        one.next = 0
      }
    }
    return names
  }
}

function keyHelp(lab: Lab): string {
  return lab.plan.directors
    .map(({ name }, index) => `${index + 1} takes the power from ${name} or gives it back`)
    .join(', ')
}

/** Lets a person switch directors off and on; gives back what ends it. */
function readKeys(lab: Lab): () => void {
  const { stdin } = process
  if (!stdin.isTTY) return () => undefined
  const onKeys = (piece: Buffer) => {
    for (const key of piece.toString()) {
      // In raw mode the terminal makes no signal of Ctrl-C.
      if (key === '\u0003') process.kill(process.pid, 'SIGINT')
      const director = lab.plan.directors[Number(key) - 1]
      if (director === undefined) continue
      const machine = lab.machine(director.name)
      void (machine.isOn() ? machine.kill() : machine.start()).catch(() => undefined)
    }
  }
  stdin.setRawMode(true)
  stdin.on('data', onKeys)
  return () => {
    stdin.setRawMode(false)
    stdin.off('data', onKeys)
    stdin.pause()
  }
}
