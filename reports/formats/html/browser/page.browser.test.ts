import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSummary } from '../../../fold/summary.ts';
import { makeLargeRun } from '../../../testing/make-large-run.ts';
import { JournalBuilder, makeCell, makeMixedRun } from '../../../testing/make-journal.ts';
import { makeMeasuredRun } from '../../../testing/make-measured-run.ts';
import { openChromium } from '../../../testing/open-chromium.ts';
import { compareKernels } from '../../../verdicts/compare-kernels.ts';
import { compareRuns } from '../../../verdicts/compare-runs.ts';
import type { PastTest } from '../../../fold/past-test.ts';
import { renderHtml } from '../page.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SPLAT = {
  kind: 'lockdep-circular',
  title: 'possible circular locking',
  signature: 'A / B',
  lines: [
    'WARNING: x'.repeat(20),
    ...Array.from({ length: 60 }, (_, index) => ` pmem_submit_bio+0x${index}/0x2 (drivers/nvdimm/pmem.c:210)`),
  ],
  truncated: false,
  fatal: false,
  blame: 'kernel',
} as const;

let browser: Browser;
let dir: string;

beforeAll(async () => {
  [browser, dir] = await Promise.all([openChromium(), mkdtemp(join(tmpdir(), 'pmemrig-page-'))]);
});

afterAll(async () => {
  await browser.close();
  await rm(dir, { recursive: true, force: true });
});

const PAST: readonly PastTest[] = Array.from({ length: 30 }, (_, index) => ({
  outcome: index % 9 === 0 ? 'fail' : 'pass',
  forgiven: false,
  failed: 0,
  run: { runId: `r${index}`, startedAt: '2026-01-01', kernelRelease: `6.12.${Math.floor(index / 10)}` },
}));

/** A test's figures, as the page has them: slower, faster, and too noisy to judge. */
const FIGURES = [0.9, 1.1, 0.99]
  .flatMap((factor, index) => {
    const quick = Array.from({ length: 8 }, (_, repeat) => 1000 + (index === 2 ? 200 : 3) * repeat);
    return (
      compareKernels(makeMeasuredRun({ base: quick, now: quick.map((value) => value * factor) }), {
        base: 'base',
        now: 'now',
      }).figures ?? []
    );
  })
  .map((figure) => ({ ...figure, cell: 'debian-6.12/nvdimm/ext4-dax/fio' }));

/** A page of a run with everything in it, judged by an earlier one in which nothing failed. */
async function writeMixedPage(): Promise<string> {
  const now = makeMixedRun()
    .add({
      type: 'problem',
      cell: 'debian-6.12/nvdimm/ext4-dax/fio',
      test: 'fio/dax-psync-fsync',
      guest: 2,
      attempt: 1,
      during: 'test',
      problem: SPLAT,
    })
    .summarize();
  const base: RunSummary = {
    ...now,
    runId: 'base',
    cells: now.cells.map((cell) => ({
      ...cell,
      tests: cell.tests.map(({ name }) => ({ name, outcome: 'pass', attempts: [] })),
    })),
  };
  return writePage(
    'mixed',
    [...renderHtml(now, { ...compareRuns(base, now, () => []), figures: FIGURES }, { pastOf: () => PAST })].join(''),
  );
}

async function writePage(name: string, text: string): Promise<string> {
  const path = join(dir, `${name}.html`);
  await writeFile(path, text);
  return pathToFileURL(path).href;
}

/** The page of an address, with what went wrong in it. */
async function open(
  url: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<{ readonly page: Page; readonly errors: string[] } & AsyncDisposable> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => errors.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) errors.push(request.url());
  });
  await page.goto(url);
  return { page, errors, [Symbol.asyncDispose]: () => page.close() };
}

const shownTests = (page: Page): Promise<number> => page.locator('.t:visible').count();

describe('report.html in a browser', () => {
  test.for([
    [1280, 'light'],
    [1280, 'dark'],
    [320, 'light'],
    [375, 'dark'],
  ] as const)('%i px wide, %s: no finding of axe, no sideways scroll, no error', async ([width, colorScheme]) => {
    await using opened = await open(await writeMixedPage(), {
      viewport: { width, height: 800 },
      colorScheme,
      bypassCSP: true,
    });
    const { page, errors } = opened;
    await page.evaluate(() => {
      for (const each of document.querySelectorAll('details')) each.open = true;
    });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.addScriptTag({ path: AXE });
    const { violations } = await page.evaluate(async (): Promise<AxeResults> =>
      (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    );
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`)).toEqual([]);
    expect(errors).toEqual([]);
  });

  test('a search shows what matches, stands in the URL, and ends with Escape', async () => {
    await using opened = await open(await writeMixedPage());
    const { page, errors } = opened;
    const before = await page.locator('.t').count();
    await page.keyboard.press('/');
    await page.keyboard.type('PMEM_do_write');
    expect(await shownTests(page)).toBe(1);
    expect(await page.locator('output').textContent()).toBe(`1 of ${before} shown`);
    expect(page.url()).toContain('#q=PMEM_do_write');
    await page.reload();
    expect([await shownTests(page), await page.inputValue('[name=q]')]).toEqual([1, 'PMEM_do_write']);
    await page.focus('[name=q]');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('.t[hidden]'));
    expect(page.url()).not.toContain('#');
    expect(errors).toEqual([]);
  });

  test('outcome, verdict and kernel narrow it down together; a total leads to its tests', async () => {
    await using opened = await open(await writeMixedPage());
    const { page } = opened;
    await page.selectOption('[name=verdict]', 'new-failure');
    const fresh = await shownTests(page);
    await page.selectOption('[name=outcome]', 'crash');
    expect([fresh, await shownTests(page)]).toEqual([3, 1]);
    await page.selectOption('[name=kernel]', 'debian-6.1');
    expect(await shownTests(page)).toBe(0);
    await page.click('.chip.crash');
    await page.waitForFunction(() => document.querySelector('output')?.textContent.startsWith('1 of'));
    expect(await page.inputValue('[name=kernel]')).toBe('');
  });

  test('Enter on a square of the matrix opens its tests and moves the focus there, through a filter too', async () => {
    await using opened = await open(await writeMixedPage());
    const { page } = opened;
    await page.selectOption('[name=kernel]', 'debian-6.12');
    await page.focus('.heat td a[href="#cell-0"]');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.parentElement?.id === 'cell-0');
    expect(await page.locator('#cell-0').getAttribute('open')).toBe('');
    await expect
      .poll(() => page.locator('#cell-0 > summary').boundingBox())
      .toMatchObject({ y: expect.closeTo(64, -2) as number });
    expect(await page.inputValue('[name=kernel]')).toBe('');
    expect(page.url()).toContain('#at=cell-0');
  });

  test('the keyboard reaches the tests first, and sees where it is', async () => {
    await using opened = await open(await writeMixedPage());
    const { page } = opened;
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the tests');
    expect(await page.locator('.skip-link').boundingBox()).toMatchObject({ x: expect.closeTo(14, -1) as number });
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).toBe(
      'solid',
    );
  });

  test('the theme goes from the system’s to light to dark, and is remembered', async () => {
    await using opened = await open(await writeMixedPage(), { colorScheme: 'light' });
    const { page } = opened;
    const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    for (let click = 0; click < 2; click++) await page.click('.theme');
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    expect([await background(), await page.textContent('.theme')]).toEqual([dark, '◐ dark']);
  });

  test('figures that changed stand with their tests, the worse ones open', async () => {
    await using opened = await open(await writeMixedPage());
    const { page } = opened;
    const slower = page.locator('#figures details').filter({ hasText: '1 figure slower' });
    expect(await slower.getAttribute('open')).not.toBeNull();
    await slower.getByRole('link', { name: 'fio/dax-psync-fsync' }).click();
    expect(await page.locator('.t:target, .t:focus').textContent()).toContain('dax-psync-fsync');
    expect(
      await page.locator('#figures details').filter({ hasText: '1 figure faster' }).getAttribute('open'),
    ).toBeNull();
    expect(await page.locator('#figures').textContent()).toContain('1 figure unclear');
  });

  test('on paper what needs a look is open, and afterwards as it was', async () => {
    await using opened = await open(await writeMixedPage());
    const { page } = opened;
    await page.click('#cell-1 > summary');
    const isOpenAt = async (event: string): Promise<boolean> =>
      page.evaluate((event) => {
        window.dispatchEvent(new Event(event));
        return document.querySelector('#cell-1')?.hasAttribute('open') === true;
      }, event);
    expect([await isOpenAt('none'), await isOpenAt('beforeprint'), await isOpenAt('afterprint')]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('what a guest wrote runs nowhere', async () => {
    const evil = `</pre></title></style></script><script>document.title='owned'</script><img src=x onerror="document.title='owned'">"' onclick=x`;
    const cell = `k/${evil}/none/fio`;
    const journal = new JournalBuilder()
      .start([makeCell(cell, [`fio/${evil}`])], [{ id: evil, reason: evil }])
      .boot(cell, evil)
      .add({ type: 'note', text: evil });
    const summary = journal
      .test(cell, `fio/${evil}`, {
        status: 'fail',
        message: evil,
        evidence: evil,
        artifacts: [evil],
        metrics: [{ name: evil, value: 1, unit: 'count', better: 'higher' }],
      })
      .summarize();
    await using opened = await open(
      await writePage(
        'evil',
        [
          ...renderHtml(
            summary,
            compareRuns(summary, summary, () => []),
            { pastOf: () => [] },
          ),
        ].join(''),
      ),
    );
    const { page, errors } = opened;
    expect([
      await page.title(),
      await page.locator('script').count(),
      await page.locator('img').count(),
      errors,
    ]).toEqual([expect.stringContaining('pmemrig'), 1, 0, []]);
  });

  test('5,000 tests: each filter shows just what it should', async () => {
    await using opened = await open(await writePage('large', [...renderHtml(makeLargeRun(5000))].join('')));
    const { page } = opened;
    await page.fill('[name=q]', 'generic/007');
    expect(await shownTests(page)).toBe(20);
    await page.selectOption('[name=outcome]', 'fail');
    await page.fill('[name=q]', '');
    expect(await shownTests(page)).toBe(100);
  });
});
