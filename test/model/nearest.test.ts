import test from 'ava'
import { nearest } from '../../src/model/nearest.ts'

const keys = ['name', 'address', 'port', 'scheduler', 'real_servers', 'forward']

for (const [word, expected] of [
  ['sheduler', 'scheduler'],
  ['adress', 'address'],
  ['real-servers', 'real_servers'],
  ['realservers', 'real_servers'],
  ['prot', 'port'],
  ['Name', 'name'],
] as const) {
  test(`${word} is meant to be ${expected}`, t => t.is(nearest(word, keys), expected))
}

for (const word of ['weight', 'x', '', 'colour']) {
  test(`"${word}" is near to nothing`, t => t.is(nearest(word, keys), undefined))
}
