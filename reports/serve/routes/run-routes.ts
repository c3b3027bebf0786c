import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { STRIP_RUNS } from '../../formats/html/history-strip.ts';
import { html, type Markup } from '../../formats/html/markup.ts';
import { asRunning } from '../../facts/as-running.ts';
import { renderHtml } from '../../formats/html/page.ts';
import type { RunSummary } from '../../fold/summary.ts';
import { readComparison } from '../../verdicts/comparison-file.ts';
import { renderEvidencePage } from '../pages/evidence-page.ts';
import { renderFilesPage } from '../pages/files-page.ts';
import { findRunFolder, type FoundRun } from '../runs/find-run-folder.ts';
import type { JournalFollower } from '../runs/journal-follower.ts';
import { renderReportHead, renderReportTop } from '../pages/layout.ts';
import { compareLink, fileLink, filesLink, runLink, testLink } from '../pages/links.ts';
import { renderLivePanel, renderProgress } from '../pages/live-panel.ts';
import { renderMessagePage } from '../pages/message-page.ts';
import { isGone, NotFound } from '../runs/not-found.ts';
import { listFolder, openArtifact } from '../runs/open-artifact.ts';
import { reportPolicy } from './policies.ts';
import { required } from './query.ts';
import { sendArtifact } from './send-artifact.ts';
import type { Site } from '../runs/site.ts';

const PROGRESS_MS = 1000;

/** One run: its report, how far it is, its tests' evidence, its files. */
export function addRunRoutes(app: Hono, site: Site): void {
  const { runsDir, history, summaries, signal } = site;
  const run = async (c: Context): Promise<FoundRun> => findRunFolder(runsDir, required('run', c.req.param('run')));

  app.get('/runs/:run', async (c) => c.redirect(runLink((await run(c)).runId)));

  app.get('/runs/:run/', async (c) => {
    const { runId, dir } = await run(c);
    // `latest` is another run tomorrow: a copied address should not be.
    if (c.req.param('run') !== runId) return c.redirect(runLink(runId));
    const follower = await followLive(site, dir);
    if (follower?.lines === 0)
      return c.html(
        renderMessagePage(
          runId,
          'This run has not begun yet: its journal is empty.',
          'Load the page again in a moment.',
        ),
      );
    const summary = follower ? asRunning(follower.fold.summarize()) : await summaries.read(dir);
    const panel = follower ? renderLivePanel(runId, follower.fold, Date.now()) : undefined;
    const { of: pastOf } = await history.use(async (known) =>
      known.history.before(summary.matrix, summary.startedAt, STRIP_RUNS),
    );
    const pieces = renderHtml(summary, await readComparison(dir), {
      pastOf,
      trendOf: (cell, test) => testLink(test, cell),
      frame: { head: renderReportHead(), top: html`${renderReportTop()}${renderRunTools(runId)}${panel}` },
    });
    const text = Readable.toWeb(Readable.from(pieces)) as ReadableStream<string>;
    return c.body(text.pipeThrough(new TextEncoderStream()), 200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': reportPolicy(),
    });
  });

  app.get('/runs/:run/test', async (c) => {
    const { dir } = await run(c);
    const [cellId, name] = [required('cell', c.req.query('cell')), required('name', c.req.query('name'))];
    const follower = await followLive(site, dir);
    const isLive = follower !== undefined && follower.lines > 0;
    const whole: RunSummary = isLive ? follower.fold.summarize() : await summaries.read(dir);
    const summary = asRunning(whole, isLive);
    const cell = summary.cells.find(({ id }) => id === cellId);
    const test = cell?.tests.find((each) => each.name === name);
    if (
      !test &&
      isLive &&
      whole.cells.some(({ id, tests }) => id === cellId && tests.some((each) => each.name === name))
    )
      throw new NotFound(`The run ${summary.runId} has not come to the test ${name} yet.`);
    if (!cell || !test) throw new NotFound(`The run ${summary.runId} has no test ${name} in a cell ${cellId}.`);
    return c.html(renderEvidencePage(summary, cell, test));
  });

  app.get('/runs/:run/progress', async (c) => {
    const { runId, dir } = await run(c);
    return streamSSE(c, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      const ended = AbortSignal.any([signal, gone.signal]);
      while (!ended.aborted) {
        const follower = await followLive(site, dir).catch(() => undefined);
        if (follower === undefined) return stream.writeSSE({ event: 'end', data: '' });
        if (follower.lines > 0)
          await stream.writeSSE({ event: 'progress', data: renderProgress(runId, follower.fold, Date.now()).markup });
        await setTimeout(PROGRESS_MS, undefined, { signal: ended }).catch(() => undefined);
      }
    });
  });

  app.get('/runs/:run/files/:path{.*}', async (c) => {
    const { runId, dir } = await run(c);
    const path = c.req.param('path').replace(/\/$/, '');
    return c.html(renderFilesPage(runId, path, await listFolder(dir, path)));
  });

  app.get('/runs/:run/:path{.+}', async (c) => {
    const { runId, dir } = await run(c);
    const path = c.req.param('path').replace(/\/$/, '');
    const artifact = await openArtifact(dir, path);
    if (artifact === undefined) return c.redirect(fileLink(runId, `${path}/`));
    return sendArtifact(path, artifact, { method: c.req.method, header: (name) => c.req.header(name) });
  });
}

/** The run as it goes on; undefined for one without a controller, or that has only its reports to write. */
async function followLive({ isClaimed, live }: Site, dir: string): Promise<JournalFollower | undefined> {
  if (!(await isClaimed(dir))) return undefined;
  try {
    const follower = await live.read(dir);
    return follower.fold.ending === undefined ? follower : undefined;
  } catch (error) {
    if (isGone(error)) throw new NotFound('This run was removed while it was read.');
    throw error;
  }
}

function renderRunTools(runId: string): Markup {
  return html`
    <nav class="tools" aria-label="this run">
      <a href="${filesLink(runId)}">All files</a> <a href="${compareLink('', runId)}">Put it beside another</a>
    </nav>
`;
}
