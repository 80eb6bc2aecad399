import test from 'ava'
import { dropUnmarkedRule, markRule } from '../../../src/agent/wire/netlink-nft-rules.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('the mark lies in its register as the processor has it, then goes to the frame', t => {
  const { type, flags, payload } = markRule('a', 'b', 0x01020304)
  t.is(type, 0x0a06)
  // NLM_F_CREATE | NLM_F_APPEND
  t.is(flags, 0xc00)
  const sent = hex(payload)
  // NFTA_DATA_VALUE, host order.
  t.true(sent.includes('0800010004030201'), sent)
  // NFTA_META_KEY mark, NFTA_META_SREG 1; big endian.
  t.true(sent.includes('08000200000000030800030000000001'), sent)
})

test('a frame is dropped where its mark differs', t => {
  const sent = hex(dropUnmarkedRule('a', 'b', 7).payload)
  // NFTA_CMP_SREG 1, NFTA_CMP_OP NEQ.
  t.true(sent.includes('08000100000000010800020000000001'), sent)
  // NFTA_VERDICT_CODE NF_DROP, at the end.
  t.true(sent.endsWith('0800010000000000'), sent)
})
