import { expect, test } from 'vitest';
import { runExperiment } from './experiment.ts';
import type { PlantedGuest } from './planted-guest.ts';
import { formatTally, type Trial } from './tally.ts';

const COUNT = { name: 'io.instructions', unit: 'instructions', better: 'lower' } as const;

test('each variant is measured in each guest, by turns that make it as much longer as is planted', async () => {
  const said: string[] = [];
  const measured: (readonly [number, number])[] = [];
  let [booted, living, disturbed] = [0, 0, 0];
  const boot = async (): Promise<PlantedGuest> => {
    booted += 1;
    living += 1;
    const id = booted;
    const measure = async (turns: number): Promise<number> => {
      measured.push([id, turns]);
      // A guest may differ from another by more than what is looked for.
      return 10_000 + 1.5 * turns + (id % 4) * 10 + (measured.length % 3);
    };
    return { measure, [Symbol.asyncDispose]: async () => void (living -= 1) };
  };
  const disturb = (): Disposable => {
    disturbed += 1;
    return { [Symbol.dispose]: () => void (disturbed -= 1) };
  };
  const trials = await runExperiment({
    measure: 'instructions',
    figure: COUNT,
    trials: 4,
    boots: 2,
    repeats: 8,
    boot,
    disturb,
    say: (line) => said.push(line),
  });

  expect(trials.map(({ base, none }) => [base.length, none.length])).toEqual([
    [8, 8],
    [8, 8],
    [8, 8],
    [8, 8],
  ]);
  expect([booted, living, disturbed]).toEqual([8, 0, 0]);
  expect(said[0]).toBe('4000 turns make the I/O +59.9 % longer: 5 % are 334 turns, 20 % are 1335 turns');
  expect(said.filter((line) => line.startsWith('trial'))).toHaveLength(4);
  expect(said[1]).toBe(
    'trial 1/4: none planted: same (+0.0 %), 5 % planted: slower (+5.0 %), 20 % planted: slower (+20.0 %)',
  );
  // After the calibration: two of the eight runs of each variant in each of the four guests.
  const first = measured.slice(10, 42);
  for (const guest of [1, 2, 3, 4]) {
    expect(
      first
        .filter(([id]) => id === guest)
        .map(([, turns]) => turns)
        .toSorted((a, b) => a - b),
    ).toEqual([0, 0, 0, 0, 334, 334, 1335, 1335]);
  }
});

test('a guest that does not come up takes those before it along', async () => {
  let living = 0;
  const boot = async (): Promise<PlantedGuest> => {
    if (living === 2) throw new Error('no memory');
    living += 1;
    return { measure: async () => 1, [Symbol.asyncDispose]: async () => void (living -= 1) };
  };
  const experiment = {
    measure: 'time',
    figure: COUNT,
    trials: 1,
    boots: 1,
    repeats: 1,
    boot,
    disturb: () => ({ [Symbol.dispose]: () => undefined }),
    say: () => undefined,
  } as const;
  await expect(runExperiment(experiment)).rejects.toThrow('no memory');
  expect(living).toBe(0);
});

const around = (value: number, step = 1): number[] => [-3, -2, -1, 0, 1, 2, 3].map((place) => value + place * step);

test('the table counts what was found, the false alarms, and what stayed unclear', () => {
  const clear: Trial = { base: around(1000), none: around(1001), '5 %': around(1050), '20 %': around(1200) };
  const noisy: Trial = {
    base: around(1000, 200),
    none: around(1000, 200),
    '5 %': around(1050, 200),
    '20 %': around(1200, 200),
  };
  const alarm: Trial = { ...clear, none: around(1040) };
  const rows = formatTally(COUNT, [clear, noisy, alarm])
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(rows.map((cells) => cells.slice(0, 5))).toEqual([
    ['planted', 'found', 'false alarms', 'same', 'unclear'],
    ['(base)', '1000', '0.50 %'],
    ['none', '-', '1/3', '1/3', '1/3'],
    ['5 %', '2/3', '0/3', '0/3', '1/3'],
    ['20 %', '2/3', '0/3', '0/3', '1/3'],
  ]);
});
