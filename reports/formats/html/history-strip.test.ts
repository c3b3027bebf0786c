import { expect, test } from 'vitest';
import type { Outcome } from '../../../orchestrator/model/outcome.ts';
import type { PastTest } from '../../fold/past-test.ts';
import { renderStrip, STRIP_RUNS } from './history-strip.ts';

function past(outcomes: readonly Outcome[], releaseOf: (index: number) => string = () => '6.12.1'): PastTest[] {
  return outcomes.map((outcome, index) => ({
    outcome,
    forgiven: false,
    failed: 0,
    run: { runId: `r${index}`, startedAt: '', kernelRelease: releaseOf(index) },
  }));
}

const draw = (outcomes: readonly Outcome[], now: Outcome): string => renderStrip(past(outcomes), now)?.markup ?? '';

test('runs of one outcome are one stroke, this run stands apart, and words say the same', () => {
  const svg = draw(['pass', 'pass', 'fail'], 'crash');
  expect(
    Array.from(svg.matchAll(/<path class="(\w+)" d="(\S+) (\S+?)h(\d+)"/g), ([, ...parts]) => parts.join(' ')),
  ).toEqual(['pass M0 12 7', 'fail M8 7 3', 'crash M16 7 3']);
  expect(svg).toContain('<title>3 runs before this: 1 fail, 2 pass</title>');
});

const height = (outcome: Outcome): number =>
  Number(/stroke-width="(\d+)"\/><path class="skip"/.exec(draw([outcome], 'skip'))?.[1]);

test('a failure is known from a pass by its height alone', () => {
  expect(height('fail')).toBeGreaterThan(height('flaky'));
  expect(height('flaky')).toBeGreaterThan(height('pass'));
});

test('a line marks each change of the kernel', () => {
  const svg = renderStrip(
    past(['pass', 'pass', 'fail'], (index) => (index < 2 ? '6.12.1' : '6.12.2')),
    'fail',
  )?.markup;
  expect(svg).toContain('<path class="turn" d="M7.5 0v14"/>');
  expect(svg).toContain('release changed once');
});

test('a long past is cut to its end, and none draws nothing', () => {
  expect(
    draw(
      [
        ...Array.from({ length: 400 }, () => 'fail' as const),
        ...Array.from({ length: STRIP_RUNS }, () => 'pass' as const),
      ],
      'pass',
    ),
  ).toContain(`<title>${STRIP_RUNS} runs before this: ${STRIP_RUNS} pass</title>`);
  expect(renderStrip([], 'pass')).toBeUndefined();
});
