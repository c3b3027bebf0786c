import { median } from '../../../reports/text/median.ts';
import type { Measure, PlantedGuest } from './planted-guest.ts';
import { type Figure, formatTally, judgeTrial, percent, PLANTED, type Trial, type Variant, VARIANTS } from './tally.ts';

export interface Experiment {
  readonly measure: Measure;
  readonly figure: Figure;
  readonly trials: number;
  /** How often the guests are made anew in the course of the trials. */
  readonly boots: number;
  /** Measurements of each variant in a trial. */
  readonly repeats: number;
  readonly boot: () => Promise<PlantedGuest>;
  /** What disturbs the measurements until it leaves scope. */
  readonly disturb: () => Disposable;
  readonly say: (line: string) => void;
}

/** A guest for each variant, so that each can be measured in each. */
const NAMES: readonly Variant[] = ['base', 'none', '5 %', '20 %'];
const CALIBRATIONS = 5;
/** With so many turns the I/O takes a good deal longer, on any wait. */
const CALIBRATION_TURNS = { time: 20_000, instructions: 4000 };

/**
 * Plants regressions of known size in the path of each write and lets the rig's judge look for them. In each round of a
 * trial each guest measures another variant, and in the next round they change over. So differences between guests are
 * spread over all samples. With `--repeat` they are too: each repeat has a guest of its own.
 */
export async function runExperiment(experiment: Experiment): Promise<readonly Trial[]> {
  const { trials: wanted, boots, say, figure } = experiment;
  const trials: Trial[] = [];
  let turns: Readonly<Record<Variant, number>> | undefined;
  for (let batch = 1; batch <= boots; batch += 1) {
    await using guests = await bootAll(experiment);
    turns ??= await calibrate(experiment, guests.all[0]);
    const until = Math.round((wanted * batch) / boots);
    const noise = experiment.disturb();
    try {
      while (trials.length < until) trials.push(await measureTrial(experiment, guests.all, turns, trials.length));
    } finally {
      noise[Symbol.dispose]();
    }
  }
  say(formatTally(figure, trials));
  return trials;
}

async function bootAll({
  boot,
}: Experiment): Promise<AsyncDisposable & { readonly all: readonly [PlantedGuest, ...PlantedGuest[]] }> {
  const first = await boot();
  const others: PlantedGuest[] = [];
  const dispose = async (): Promise<void> => {
    for (const guest of [first, ...others]) await guest[Symbol.asyncDispose]();
  };
  try {
    for (const _ of NAMES.slice(1)) others.push(await boot());
  } catch (error) {
    await dispose();
    throw error;
  }
  return { all: [first, ...others], [Symbol.asyncDispose]: dispose };
}

/** How many turns make each I/O longer by as much as is to be planted; on a host without noise. */
async function calibrate(
  { measure, figure, say }: Experiment,
  guest: PlantedGuest,
): Promise<Readonly<Record<Variant, number>>> {
  const [without, long]: [number[], number[]] = [[], []];
  for (let round = 0; round < CALIBRATIONS; round += 1) {
    without.push(costOf(figure, await guest.measure(0)));
    long.push(costOf(figure, await guest.measure(CALIBRATION_TURNS[measure])));
  }
  const [base, longer] = [median(without), median(long)];
  const turnsFor = (share: number): number => Math.round((share * base * CALIBRATION_TURNS[measure]) / (longer - base));
  const turns = { base: 0, none: 0, '5 %': turnsFor(VARIANTS['5 %']), '20 %': turnsFor(VARIANTS['20 %']) };
  say(
    `${CALIBRATION_TURNS[measure]} turns make the I/O ${percent(longer / base - 1)} longer: ` +
      `5 % are ${turns['5 %']} turns, 20 % are ${turns['20 %']} turns`,
  );
  return turns;
}

/** What grows as the path does. */
function costOf({ better }: Figure, value: number): number {
  return better === 'lower' ? value : 1 / value;
}

async function measureTrial(
  { figure, repeats, trials, say }: Experiment,
  guests: readonly PlantedGuest[],
  turns: Readonly<Record<Variant, number>>,
  trial: number,
): Promise<Trial> {
  const values: Record<Variant, number[]> = { base: [], none: [], '5 %': [], '20 %': [] };
  for (let round = 0; round < repeats; round += 1) {
    for (const [index, guest] of guests.entries()) {
      const variant = NAMES[(index + round + trial) % NAMES.length] ?? 'base';
      values[variant].push(await guest.measure(turns[variant]));
    }
  }
  const judged = judgeTrial(figure, values);
  const found = PLANTED.map((planted) => {
    const { verdict = '', change } = judged[planted] ?? {};
    return `${planted} planted: ${verdict} (${percent(change?.by ?? 0)})`;
  });
  say(`trial ${trial + 1}/${trials}: ${found.join(', ')}`);
  return values;
}
