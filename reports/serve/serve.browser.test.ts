import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeMixedRun } from '../testing/make-journal.ts';
import { openChromium } from '../testing/open-chromium.ts';
import { type RunningServer, startServer } from './start-server.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const [OLD, NEW, LIVE] = [
  '20260301-100000-smoke-00aa',
  '20260302-100000-smoke-00bb',
  '20260303-100000-smoke-00cc',
] as const;
const CELL = 'debian-6.12/virtio-pmem/xfs-dax/fio';
const TEST = 'fio/dax-mmap-randwrite';
/** So much of the journal is there of the run that goes on. */
const LIVE_LINES = 12;

const PAGES = [
  '/',
  `/runs/${NEW}/`,
  `/runs/${LIVE}/`,
  `/runs/${NEW}/test?cell=${CELL}&name=${TEST}`,
  `/runs/${NEW}/files/`,
  `/compare?base=${OLD}&run=${NEW}`,
  `/compare?run=${NEW}`,
  '/tests',
  `/test?name=${TEST}`,
  `/metric?test=${TEST}&name=write.iops`,
  '/nope',
];

let browser: Browser;
let server: RunningServer;
let runs: string;
let isLive = true;

const linesOf = (runId: string): string[] =>
  makeMixedRun()
    .text()
    .replaceAll('"t":"2026-03-01', `"t":"2026-03-0${runId[7]}`)
    .replaceAll('20260301-100000-smoke', runId)
    .trimEnd()
    .split('\n');

beforeAll(async () => {
  [browser, runs] = await Promise.all([openChromium(), mkdtemp(join(tmpdir(), 'pmemrig-serve-'))]);
  for (const runId of [OLD, NEW, LIVE]) {
    await mkdir(join(runs, runId));
    await writeFile(
      join(runs, runId, 'events.jsonl'),
      `${linesOf(runId)
        .slice(0, runId === LIVE ? LIVE_LINES : undefined)
        .join('\n')}\n`,
    );
  }
  server = await startServer(
    {
      runsDir: runs,
      isClaimed: async (dir) => Promise.resolve(isLive && dir.endsWith(LIVE)),
      log: () => undefined,
      signal: new AbortController().signal,
    },
    { host: '127.0.0.1', port: 0 },
  );
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
  await rm(runs, { recursive: true });
});

const at = (path: string): string => new URL(path, server.url).href;

test.each(
  PAGES.flatMap((path) =>
    (
      [
        [1280, 'light'],
        [375, 'dark'],
      ] as const
    ).map(([width, scheme]) => [path, width, scheme] as const),
  ),
)('%s, %i px wide, %s: no finding of axe, no sideways scroll', async (path, width, colorScheme) => {
  // The policy would keep the checker out.
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
  await page.goto(at(path));
  await page.evaluate('document.querySelectorAll("details").forEach((each) => { each.open = true; })');
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  await page.addScriptTag({ path: AXE });
  // A string, since this code runs in the page, whose types are not ours.
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`)).toEqual([]);
  await page.close();
});

test.each([`/test?name=${TEST}`, `/metric?test=${TEST}&name=write.iops`, `/compare?base=${OLD}&run=${NEW}`])(
  '%s is whole on a phone: nothing is cut, the newest run is in sight, and a number has its name',
  async (path) => {
    const page = await browser.newPage({ viewport: { width: 400, height: 800 } });
    await page.goto(at(path));
    await page.evaluate('document.querySelectorAll("details").forEach((each) => { each.open = true; })');
    expect(
      await page.evaluate(
        'Array.from(document.querySelectorAll(".scroll")).filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.getAttribute("aria-label") ?? each.getAttribute("aria-labelledby"))',
      ),
    ).toEqual([]);
    expect(
      await page.evaluate(
        'Array.from(document.querySelectorAll("circle.newest, .spark, td.num, .tick")).map((each) => each.getBoundingClientRect()).filter(({ left, right }) => left < 0 || right > innerWidth).length',
      ),
    ).toBe(0);
    expect(
      await page.evaluate(
        'Array.from(document.querySelectorAll(".stack td[data-label]")).every((each) => getComputedStyle(each, "::before").content.includes(each.dataset.label))',
      ),
    ).toBe(true);
    await page.close();
  },
);

test('no page does what its policy forbids', async () => {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('console', (message) => errors.push(message.text()));
  page.on('pageerror', ({ message }) => errors.push(message));
  for (const path of PAGES.slice(0, -1)) await page.goto(at(path));
  expect(errors).toEqual([]);
  await page.close();
});

test('a run that goes on shows more by itself, and is a plain report once it has ended', async () => {
  const page = await browser.newPage();
  await page.goto(at(`/runs/${LIVE}/`));
  const panel = page.locator('.live-panel');
  await panel.getByText('3 of 15 tests').waitFor();
  await appendFile(join(runs, LIVE, 'events.jsonl'), `${linesOf(LIVE).slice(LIVE_LINES, 30).join('\n')}\n`);
  await panel.getByText('no progress for 60 s').waitFor();
  isLive = false;
  await panel.waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.close();
});
