import { type RuleContext, StepFailed } from '../shared/rules/rule.ts';

/**
 * Reads the begin of the log past all caches. Behind a fresh mkfs that is where the first transactions lie. A commit
 * block of ext4 has the type 2. An XFS log record has its header in the write that commits; one without a length is what
 * mkfs and mount fill the log with.
 */
const COUNT = `
case $2 in
	ext4)
		log=$(debugfs -R 'bmap <8> 0' "$1" 2> /dev/null)
		commit='\\xc0\\x3b\\x39\\x98\\x00\\x00\\x00\\x02' ;;
	xfs)
		block=$(xfs_db -r -c 'sb 0' -c 'print logstart' "$1" | sed 's/.* //')
		log=$(($(xfs_db -r -c "convert fsblock $block daddr" "$1" | sed 's/.*(\\(.*\\))/\\1/') / 8))
		commit='\\xfe\\xed\\xba\\xbe.{8}\\x00\\x00[^\\x00]' ;;
esac
dd if="$1" bs=4k skip="$log" count=128 iflag=direct 2> /dev/null | LC_ALL=C grep -aoP "(?s)$commit" | wc -l`;

/** Number of commits in the log of a fresh ext4 or xfs, as they are on the device. Rejects with StepFailed. */
export async function countCommits({ must, device }: RuleContext, type: string): Promise<number> {
  const output = await must(COUNT, [device.path, type]);
  if (!/^\d+\n$/.test(output)) throw new StepFailed(`the log of ${type} could not be read`, output);
  return Number(output);
}
