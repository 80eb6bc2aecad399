/** Named random streams: fixing one option never shifts the draws of another. */

export interface Random {
  /** From 0 up to, but not, 1. */
  next(): number
  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number
  /** True with this probability. */
  chance(probability: number): boolean
  pick<Element>(list: readonly Element[]): Element
}

/** The stream of a seed and a name, for example `wire front`: sfc32 over a hash of both. */
export function stream(seed: number, name: string): Random {
  let [a, b, c] = [hash(`${seed}/${name}`, 1), hash(`${seed}/${name}`, 2), hash(name, seed)]
  let counter = 1
  const draw = () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4_294_967_296
  }
  for (let round = 0; round < 12; round += 1) draw()
  const integer = (low: number, high: number) => low + Math.floor(draw() * (high - low + 1))
  return {
    next: draw,
    integer,
    chance: probability => probability > 0 && draw() < probability,
    pick: list => {
      const element = list[integer(0, list.length - 1)]
      if (element === undefined) throw new Error('picked from an empty list')
      return element
    },
  }
}

// FNV-1a with a salt.
function hash(text: string, salt: number): number {
  let value = (0x811c9dc5 ^ salt) | 0
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value ^ (value >>> 15)
}
