import { type Rule, StepFailed } from '../../shared/rules/rule.ts';
import { observeScript, runScript } from '../observe-script.ts';

/** The block device of a namespace, by its name. */
const NODE_OF = String.raw`
node_of() { echo "/dev/$(ndctl list -N -r "$REGION" | tr -d '\n' | tr '{' '\n' | sed -n "/\"name\":\"$1\"/s/.*\"blockdev\":\"\([^\"]*\)\".*/\1/p")"; }
`;

const MAKE = String.raw`
[ "$(cat "/sys/bus/nd/devices/$REGION/mappings")" -gt 0 ] && [ "$(cat "/sys/bus/nd/devices/$REGION/available_size" 2> /dev/null)" != '' ] ||
	skip 'the region has no labels'
need ndctl ndctl
ndctl destroy-namespace -f "$NAMESPACE" || die 'the namespace cannot be destroyed'
make() { ndctl create-namespace -r "$REGION" -s 128M "$@" | sed -n 's/^ *"\(dev\|mode\|size\|blockdev\|name\|uuid\)":"*\([^",]*\).*/\1 \2/p'; }
make -m fsdax -M mem -n first | sed 's/^/first /'
make -m sector -n second | sed 's/^/second /'
settle
put() { # NODE VALUE
	tr '\0' "$2" < /dev/zero | head -c 4096 > /run/pmemrig-page
	dd if=/run/pmemrig-page of="$1" bs=4096 count=1 oflag=direct,sync conv=nocreat status=none
}
put "$(node_of first)" a || die 'the first cannot be written'
put "$(node_of second)" b || die 'the second cannot be written'
echo "at $(cat "/sys/bus/nd/devices/$REGION/resource")"
`;

/** A boot numbers the regions anew, where a test has plugged a further device in. */
const LOOK = String.raw`
settle
REGION=$(basename "$(dirname "$(grep -lx "$ADDRESS" /sys/bus/nd/devices/region*/resource)")")
count() { ndctl list -N -r "$REGION" | grep -c "\"$1\""; }
saw 'namespaces of the region' "$(count dev)"
saw 'names' "$(ndctl list -N -r "$REGION" | sed -n 's/^ *"name":"\(.*\)".*/\1/p' | sort | tr '\n' ' ')"
saw 'modes' "$(ndctl list -N -r "$REGION" | sed -n 's/^ *"mode":"\(.*\)".*/\1/p' | sort | tr '\n' ' ')"
data() { dd if="$1" bs=4096 count=1 iflag=direct status=none | tr -dc "$2" | wc -c; }
saw 'bytes of the first that are there' "$(data "$(node_of first)" a)"
saw 'bytes of the second that are there' "$(data "$(node_of second)" b)"
`;

const RESTORE = String.raw`
for each in $(ndctl list -N -r "$REGION" | sed -n 's/^ *"dev":"\(namespace[^"]*\)".*/\1/p'); do ndctl destroy-namespace -f "$each"; done
ndctl create-namespace -r "$REGION" -m fsdax -M mem -l 512
settle
`;

/** Two namespaces in one region, over a power cut. */
export const LABELS: Rule = {
  id: 'labels',
  title: 'Two namespaces of one region keep their names, modes and data over a power cut',
  rule:
    'Namespaces are defined by labels on the NVDIMM itself. Two that were made in one region, an fsdax and a sector ' +
    'one, are there after the power was cut, with their names and modes, and each with the page that was written to ' +
    'it by O_SYNC.',
  source: 'drivers/nvdimm/label.c: nd_label_validate(), nd_pmem_namespace_label_update()',
  look: 'drivers/nvdimm/namespace_devs.c: create_namespace_pmem()',
  devices: ['nvdimm'],
  needs: [],
  rows: [
    {
      sees: {
        'namespaces of the region': 2,
        names: 'first second',
        modes: 'fsdax sector',
        'bytes of the first that are there': 4096,
        'bytes of the second that are there': 4096,
      },
      because: 'labels and data are on the device',
    },
  ],
  seconds: 25,
  timeoutMs: 150_000,
  spendsGuest: true,
  mutations: [{ by: 'no-fault', what: 'the namespaces are taken away before the power is cut' }],
  async observe(context) {
    const made = await runScript(context, `${NODE_OF}${MAKE}\nsabotaged no-fault && { ${RESTORE}\n}\ntrue`);
    const { problems } = await context.host.powerCycle();
    // They are there as the test made them, not as the topology has them.
    for (const problem of problems) context.note(`after the power cut: ${problem}`);
    const address = /^at (0x[0-9a-f]+)$/m.exec(made)?.[1];
    if (address === undefined) throw new StepFailed('the region has no address', made);
    return observeScript(context, `${NODE_OF}${LOOK}`, { env: { ADDRESS: address } });
  },
};
