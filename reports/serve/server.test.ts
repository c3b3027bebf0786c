import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JournalBuilder, makeMixedRun } from '../testing/make-journal.ts';
import { compareRuns } from '../verdicts/compare-runs.ts';
import { writeComparison } from '../verdicts/comparison-file.ts';
import { type RunningServer, startServer } from './start-server.ts';

const OLD = '20260301-100000-smoke-00aa';
const NEW = '20260302-100000-smoke-00bb';
const CELL = 'debian-6.12/virtio-pmem/xfs-dax/fio';
const TEST = 'fio/dax-mmap-randwrite';

let runs: string;
let server: RunningServer;
let said: string[];
let claimed: Set<string>;
let interrupt: AbortController;

/** The mixed run as another day has it. */
function textOf(runId: string, journal = makeMixedRun()): string {
  const day = `${runId.slice(0, 4)}-${runId.slice(4, 6)}-${runId.slice(6, 8)}`;
  return journal.text().replaceAll('"t":"2026-03-01', `"t":"${day}`).replaceAll('20260301-100000-smoke', runId);
}

async function writeRun(runId: string, text = textOf(runId)): Promise<string> {
  const dir = join(runs, runId);
  await mkdir(join(dir, 'cells', 'y'), { recursive: true });
  await writeFile(join(dir, 'events.jsonl'), text);
  await writeFile(join(dir, 'cells', 'y', 'console.log'), '[    1.0] Linux version\n'.repeat(1000));
  return dir;
}

const at = (path: string): string => new URL(path, server.url).href;

async function fetchText(
  path: string,
  init?: RequestInit,
): Promise<{ readonly status: number; readonly body: string; readonly headers: Headers }> {
  const response = await fetch(at(path), { redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** What `fetch` would tidy up: the path goes out as it is. */
async function getRaw(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const { hostname, port } = new URL(server.url);
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get({ hostname, port, path, headers }, resolve).on('error', reject),
  );
  return { status: response.statusCode, body: await readText(response) };
}

beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'pmemrig-serve-'));
  said = [];
  claimed = new Set();
  interrupt = new AbortController();
  await writeRun(OLD);
  await writeRun(NEW);
  await symlink(NEW, join(runs, 'latest'));
  await mkdir(join(runs, 'pinned'));
  await symlink(join('..', OLD), join(runs, 'pinned', 'v6.12'));
  server = await startServer(
    {
      runsDir: runs,
      isClaimed: async (dir) => Promise.resolve(claimed.has(dir)),
      log: (line) => said.push(line),
      signal: interrupt.signal,
    },
    { host: '127.0.0.1', port: 0 },
  );
});
afterEach(async () => {
  interrupt.abort();
  await server[Symbol.asyncDispose]();
  await rm(runs, { recursive: true });
});

describe('pages', () => {
  test('the list has every run with its totals, its marks and its alarms', async () => {
    const dir = join(runs, NEW);
    const now = makeMixedRun().summarize();
    await writeComparison(
      dir,
      compareRuns(
        {
          ...now,
          cells: now.cells.map((cell) => ({
            ...cell,
            tests: cell.tests.map((each) => ({ ...each, outcome: 'pass' as const })),
          })),
        },
        now,
        () => [],
      ),
    );
    const { status, body, headers } = await fetchText('/');
    expect(status).toBe(200);
    for (const part of [OLD, NEW, 'pinned:v6.12', 'latest', '1 crash', 'no baseline']) expect(body).toContain(part);
    expect(body).toMatch(/class="alarm">\d+ alarms/);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self'; script-src 'self'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a run is its report, under an address that stays', async () => {
    for (const name of ['latest', NEW])
      expect((await fetchText(`/runs/${name}`)).headers.get('location')).toBe(`/runs/${NEW}/`);
    expect((await fetchText('/runs/pinned:v6.12/')).headers.get('location')).toBe(`/runs/${OLD}/`);
    const { status, body, headers } = await fetchText(`/runs/${NEW}/`);
    expect(status).toBe(200);
    expect(body).toContain('RIP: 0010:pmem_do_write');
    expect(body).not.toContain('data-progress');
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
  });

  test('a test of a run shows every attempt, with links to its files that lead there', async () => {
    const { body } = await fetchText(`/runs/${NEW}/test?${new URLSearchParams({ cell: CELL, name: TEST }).toString()}`);
    expect(body).toContain('RIP: 0010:pmem_do_write');
    expect(body).toContain('href="./cells/y/console.log"');
  });

  test("a test's trend names its runs and kernels, and leads to the evidence", async () => {
    const { body } = await fetchText(`/test?${new URLSearchParams({ name: TEST, cell: CELL }).toString()}`);
    for (const part of ['Failed in 2 of 2 runs', '6.12.9+bpo-amd64', `/runs/${OLD}/test?`, `/runs/${NEW}/test?`])
      expect(body).toContain(part);
  });

  test("a figure's trend has a point a run", async () => {
    const { body } = await fetchText(`/metric?${new URLSearchParams({ test: TEST, name: 'write.iops' }).toString()}`);
    expect(body).toContain('more is better');
    expect(body.match(/<circle/g)).toHaveLength(4);
    expect(body).toContain('48.2k IOPS');
  });

  test('the tests are found by a part of their name, the worst first', async () => {
    const all = await fetchText('/tests');
    expect(all.body.indexOf('repro/run/case 2')).toBeLessThan(all.body.indexOf('guest/boot'));
    expect((await fetchText('/tests?q=psync')).body).not.toContain('guest/boot');
  });

  test('two runs stand side by side, with links for good', async () => {
    expect((await fetchText('/compare?base=pinned:v6.12&run=latest')).headers.get('location')).toBe(
      `/compare?base=${OLD}&run=${NEW}`,
    );
    const { body } = await fetchText(`/compare?base=${OLD}&run=${NEW}`);
    expect(body).toContain('known-failure');
    expect((await fetchText(`/compare?base=${NEW}&run=${OLD}`)).body).toContain(
      'The baseline is the newer of the two.',
    );
    expect(await fetchText(`/compare?base=${NEW}&run=${NEW}`)).toMatchObject({ status: 400 });
    expect((await fetchText(`/compare?run=${NEW}`)).body).toContain(`<option value="${NEW}" selected>`);
  });

  test('runs without a cell in common are reported', async () => {
    const other = '20260303-100000-smoke-00cc';
    await writeRun(other, textOf(other).replaceAll('debian-', 'mine-'));
    expect(await fetchText(`/compare?base=${OLD}&run=${other}`)).toMatchObject({
      status: 400,
      body: expect.stringContaining('no cell in common'),
    });
  });

  test.each([
    ['/nope', 404],
    ['/runs/20260101-000000-gone-0000/', 404],
    ['/runs/pinned:none/', 404],
    ['/runs/..%2f..%2fetc/', 404],
    [`/runs/${NEW}/test?cell=x&name=y`, 404],
    ['/test', 400],
    ['/test?name=none', 404],
    [`/test?name=${TEST}&last=-1`, 400],
    [`/metric?test=${TEST}&name=none`, 404],
    ['/compare?base=latest&run=none', 404],
  ])('%s has no page: %i and a sentence', async (path, status) => {
    const found = await fetchText(path);
    expect(found.status).toBe(status);
    expect(found.body).toMatch(/<h1>Not (found|so)<\/h1><p>\S/);
  });

  test('nothing can be sent to it', async () => expect((await fetchText('/', { method: 'POST' })).status).toBe(404));
});

describe('runs that come, go and break', () => {
  test('a run that is there anew is listed', async () => {
    await fetchText('/');
    await writeRun('20260303-100000-smoke-00cc');
    // What was found a moment ago is good for a second.
    await expect
      .poll(async () => (await fetchText('/')).body, { timeout: 10_000 })
      .toContain('20260303-100000-smoke-00cc');
  });

  test('a removed run is a clear page, and stays in the list and in the trends', async () => {
    await fetchText('/');
    await rm(join(runs, NEW), { recursive: true });
    for (const path of ['', 'events.jsonl', 'files/', `test?cell=${CELL}&name=${TEST}`])
      expect(await fetchText(`/runs/${NEW}/${path}`)).toMatchObject({
        status: 404,
        body: expect.stringContaining('is not in this folder, or not any more'),
      });
    await expect
      .poll(async () => (await fetchText('/')).body, { timeout: 10_000 })
      .toContain(`${NEW} <span class="mark">removed</span>`);
    expect((await fetchText(`/test?name=${TEST}`)).body).not.toContain(`/runs/${NEW}/`);
  });

  test.each([
    ['a newer pmemrig', (text: string) => text.replaceAll('"v":4', '"v":99'), 'written by a newer pmemrig'],
    ['another program', () => '{"hello":1}\n{"world":2}\n', 'no journal event'],
    ['nobody: it is empty', () => '', 'no events'],
  ])('a journal of %s is shown with a sentence, and the server goes on', async (_, change, sentence) => {
    const broken = '20260303-100000-smoke-00cc';
    await writeRun(broken, change(textOf(broken)));
    for (const path of [`/runs/${broken}/`, `/runs/${broken}/test?cell=x&name=y`, `/compare?base=${OLD}&run=${broken}`])
      expect(await fetchText(path)).toMatchObject({ status: 422, body: expect.stringContaining(sentence) });
    expect(said).toEqual([]);
    expect((await fetchText(`/runs/${broken}/files/`)).status).toBe(200);
    expect((await fetchText('/')).status).toBe(200);
  });

  test('a run that goes on under a newer pmemrig is reported, too', async () => {
    const newer = '20260303-100000-smoke-00cc';
    claimed.add(await writeRun(newer, textOf(newer).replaceAll('"v":4', '"v":99')));
    expect(await fetchText(`/runs/${newer}/`)).toMatchObject({
      status: 422,
      body: expect.stringContaining('written by a newer pmemrig'),
    });
    expect(said).toEqual([]);
  });

  test('a torn journal is read up to there', async () => {
    const torn = '20260303-100000-smoke-00cc';
    await writeRun(torn, textOf(torn).slice(0, -20));
    expect(await fetchText(`/runs/${torn}/`)).toMatchObject({
      status: 200,
      body: expect.stringContaining('the last line was torn'),
    });
  });
});

describe('a run that goes on', () => {
  test('is pushed to its page as its journal grows, until it ends', async () => {
    const runId = '20260303-100000-smoke-00cc';
    const lines = textOf(runId).split('\n');
    const dir = await writeRun(runId, `${lines.slice(0, 9).join('\n')}\n`);
    claimed.add(dir);
    expect((await fetchText(`/runs/${runId}/`)).body).toContain(`data-progress="/runs/${runId}/progress"`);
    expect((await fetchText('/')).body).toContain('<span class="mark running">running</span>');

    const response = await fetch(at(`/runs/${runId}/progress`));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events: string[] = [];
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      events.push(chunk);
      if (events.length === 1) await appendFile(join(dir, 'events.jsonl'), lines.slice(9, 25).join('\n'));
      if (chunk.includes('verify: bad magic'))
        await appendFile(join(dir, 'events.jsonl'), `\n${lines.slice(25).join('\n')}`);
    }
    expect(events[0]).toMatch(/^event: progress\ndata: .*running/);
    expect(events.some((event) => event.includes('bad magic'))).toBe(true);
    expect(events.at(-1)).toContain('event: end');
    expect((await fetchText(`/runs/${runId}/`)).body).not.toContain('data-progress');
  });

  test('is running wherever one looks, and what is still to come is no gap', async () => {
    const runId = '20260303-100000-smoke-00cc';
    const dir = await writeRun(runId, `${textOf(runId).split('\n').slice(0, 9).join('\n')}\n`);
    claimed.add(dir);
    const { body } = await fetchText(`/runs/${runId}/`);
    expect(body).toMatch(/<span class="mark running">running<\/span> (\d+ of \d+ tests)[\s\S]*Still running, \1\./);
    expect(body).not.toMatch(/controller was killed|--resume|\d+ unreached/);
    const row = new RegExp(`>${runId}</a>.*?</tr>`, 's').exec((await fetchText('/')).body)?.[0];
    expect(row).toContain('running');
    expect(row).not.toContain('unreached');
  });

  test('may not have begun', async () => {
    const runId = '20260303-100000-smoke-00cc';
    claimed.add(await writeRun(runId, ''));
    expect((await fetchText(`/runs/${runId}/`)).body).toContain('has not begun yet');
  });

  test('holds nobody up who ends the server', async () => {
    const dir = await writeRun('20260303-100000-smoke-00cc', textOf(OLD, new JournalBuilder().start([])));
    const ending = new AbortController();
    const other = await startServer(
      {
        runsDir: runs,
        isClaimed: async (each) => Promise.resolve(each === dir),
        log: () => undefined,
        signal: ending.signal,
      },
      { host: '127.0.0.1', port: 0 },
    );
    const response = await fetch(new URL('/runs/20260303-100000-smoke-00cc/progress', other.url));
    ending.abort();
    await other[Symbol.asyncDispose]();
    await response.text().catch(() => undefined);
  });
});

describe('files', () => {
  const path = `/runs/${NEW}/cells/y/console.log`;

  test('are listed and shown as text that runs nothing', async () => {
    expect((await fetchText(`/runs/${NEW}/cells/y`)).headers.get('location')).toBe(`/runs/${NEW}/files/cells/y/`);
    expect((await fetchText(`/runs/${NEW}/files/cells/y/`)).body).toContain(`href="${path}"`);
    const { headers, body } = await fetchText(path);
    expect(body).toHaveLength(24_000);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/^sandbox;/);
  });

  test.each([
    ['evil.html', '<script>alert(1)</script>', 'text/plain; charset=utf-8'],
    ['evil.svg', '<svg onload="alert(1)"/>', 'text/plain; charset=utf-8'],
    ['junit.xml', '<testsuites/>', 'text/plain; charset=utf-8'],
    ['fio.json', '{}', 'application/json; charset=utf-8'],
    ['cells/report.html', '<b>', 'text/plain; charset=utf-8'],
    ['report.html', '<!doctype html>', 'text/html; charset=utf-8'],
    ['pmem0.raw', '\0\x01\0\0\xff\0', 'application/octet-stream'],
    ['empty', '', 'text/plain; charset=utf-8'],
  ])('%s', async (name, content, type) => {
    await writeFile(join(runs, NEW, name), content, 'latin1');
    const { status, headers } = await fetchText(`/runs/${NEW}/${name}`);
    expect([status, headers.get('content-type')]).toEqual([200, type]);
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(headers.has('content-disposition')).toBe(type === 'application/octet-stream');
  });

  test.each([
    ['bytes=0-4', 206, '[    ', 'bytes 0-4/24000'],
    ['bytes=-8', 206, 'version\n', 'bytes 23992-23999/24000'],
    ['bytes=99999-', 416, '', 'bytes */24000'],
    ['bytes=0-1,4-5', 200, undefined, null],
    ['what', 200, undefined, null],
  ])('the range %s', async (range, status, body, contentRange) => {
    const found = await fetchText(path, { headers: { range } });
    expect([found.status, found.headers.get('content-range')]).toEqual([status, contentRange]);
    if (body !== undefined) expect(found.body).toBe(body);
  });

  test('are not sent again to who has them', async () => {
    const tag = (await fetchText(path, { method: 'HEAD' })).headers.get('etag') ?? '';
    expect(tag).not.toBe('');
    expect((await fetchText(path, { headers: { 'if-none-match': tag } })).status).toBe(304);
    expect((await fetchText(path, { headers: { range: 'bytes=0-4', 'if-range': '"other"' } })).status).toBe(200);
  });

  test('of other places are out of reach', async () => {
    await writeFile(join(runs, 'secret'), 'secret');
    await symlink('../secret', join(runs, NEW, 'link'));
    await symlink('/etc', join(runs, NEW, 'etc'));
    await symlink('cells', join(runs, NEW, 'inside'));
    execFileSync('mkfifo', [join(runs, NEW, 'fifo')]);
    for (const escape of [
      '../secret',
      '..%2fsecret',
      '%2e%2e/secret',
      '%2e%2e%2fsecret',
      'cells/../../secret',
      'cells%2f..%2f..%2fsecret',
      '..%5csecret',
      '/etc/passwd',
      '%2fetc%2fpasswd',
      'link',
      'etc/passwd',
      'files/etc/',
      'files/..%2f',
      'fifo',
      'a%00b',
      '%ff',
    ]) {
      const found = await getRaw(`/runs/${NEW}/${escape}`);
      expect([escape, found.status]).toEqual([escape, 404]);
      expect(found.body).not.toMatch(/^secret|root:/);
    }
    expect((await getRaw(`/runs/${NEW}/inside/y/console.log`)).status).toBe(200);
  });
});

test('a name that a foreign site has made its own is refused', async () => {
  expect((await getRaw('/', { host: 'evil.example' })).status).toBe(403);
  for (const host of ['localhost:1', '127.0.0.1', '[::1]:8080', 'rig.localhost'])
    expect((await getRaw('/', { host })).status).toBe(200);
});

test('a port in use is reported, with what to do', async () => {
  const port = Number(new URL(server.url).port);
  await expect(
    startServer(
      { runsDir: runs, isClaimed: async () => Promise.resolve(false), log: () => undefined, signal: interrupt.signal },
      { host: '127.0.0.1', port },
    ),
  ).rejects.toMatchObject({
    name: 'UserError',
    code: 'cannot-listen',
    message: expect.stringContaining('another program listens there'),
  });
});
