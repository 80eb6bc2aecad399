/** What a command line says: options by name, and the words that are none. */
export interface Words {
  readonly options: ReadonlyMap<string, string>
  readonly flags: ReadonlySet<string>
  /** What is neither, in its order. */
  readonly names: readonly string[]
}

/**
 * Reads a command line whose options are named beforehand.
 *
 * @returns what it says, or a sentence about the first word that has no place
 */
export function readWords(
  words: readonly string[],
  known: {
    readonly options: readonly string[]
    readonly flags: readonly string[]
    /** How many words there may be that name something; default: none. */
    readonly names_max?: number
  },
): Words | string {
  const options = new Map<string, string>()
  const flags = new Set<string>()
  const names: string[] = []
  const names_max = known.names_max ?? 0
  for (let at = 0; at < words.length; at += 1) {
    const [word = '', ...rest] = (words[at] ?? '').split('=')
    const attached = rest.length > 0 ? rest.join('=') : undefined
    if (known.flags.includes(word) && attached === undefined) {
      flags.add(word)
    } else if (known.options.includes(word)) {
      if (attached === undefined) at += 1
      const value = attached ?? words[at]
      if (value === undefined || value === '') return `${word} needs a value`
      options.set(word, value)
    } else if (word !== '' && !word.startsWith('-') && names.length < names_max) {
      names.push(words[at] ?? '')
    } else {
      return `there is no ${words[at]}`
    }
  }
  return { options, flags, names }
}
