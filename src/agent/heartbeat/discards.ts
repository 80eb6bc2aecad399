/** Why a frame is not taken, in the order of the checks; each path counts by these names. */
export const DISCARDS = {
  oversize: 'more bytes without a delimiter than a frame can have',
  cobs_bad: 'a length of the stuffing leads past the end',
  size_bad: 'fewer bytes than any frame has',
  crc_bad: 'the checksum differs: noise',
  magic_bad: 'the checksum is right and it is no frame of ours',
  length_bad: 'the header gives another length',
  cluster_other: 'a frame of another cluster',
  node_own: 'our own frame came back',
  node_other: 'a frame of a third node',
  type_unknown: 'a type of frame that this version does not know',
  key_unknown: 'a key id that this node does not have',
  mac_bad: 'the code differs: another key, or a forgery',
  version_other: 'no version that both speak',
  echo_other: 'it answers a challenge that is not ours, or no longer',
  session_unknown: 'a frame of no session or of an older one',
  replayed: 'a number that was heard already, or is too old',
  late: 'the same number came on another path long ago',
  content_bad: 'verified, and yet not written as it must be',
} as const

export type DiscardReason = keyof typeof DISCARDS
