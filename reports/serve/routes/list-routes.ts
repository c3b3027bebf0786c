import type { Hono } from 'hono';
import { compareRuns } from '../../verdicts/compare-runs.ts';
import { renderComparePage } from '../pages/compare-page.ts';
import { findRunFolder } from '../runs/find-run-folder.ts';
import { listRuns } from '../pages/list-runs.ts';
import { renderChoosePage } from '../pages/choose-page.ts';
import { compareLink } from '../pages/links.ts';
import { BadRequest, parseLast } from './query.ts';
import { renderRunsPage } from '../pages/runs-page.ts';
import type { Site } from '../runs/site.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** A month of nightlies. */
const LISTED_RUNS = 30;

/** The list of runs, and two of them side by side. */
export function addListRoutes(app: Hono, site: Site): void {
  const { runsDir, history, summaries } = site;

  app.get('/', async (c) => {
    const last = parseLast(c.req.query('last'), LISTED_RUNS);
    const matrix = c.req.query('matrix');
    return history.use(async (known) => {
      const runs = await listRuns(site, known, last);
      return c.html(renderRunsPage({ runsDir, runs, last, leftOut: known.leftOut, ...present({ matrix }) }));
    });
  });

  app.get('/compare', async (c) => {
    const { base: baseName = '', run: runName = '' } = c.req.query();
    if (baseName === '' || runName === '')
      return history.use(async (known) =>
        c.html(renderChoosePage(await listRuns(site, known, 0), { base: baseName, run: runName })),
      );
    const [base, run] = [await findRunFolder(runsDir, baseName), await findRunFolder(runsDir, runName)];
    // An address with `latest` in it would show something else tomorrow.
    if (base.runId !== baseName || run.runId !== runName) return c.redirect(compareLink(base.runId, run.runId));
    if (base.runId === run.runId) throw new BadRequest('Both are the same run: choose two of them.');
    const [before, now] = [await summaries.read(base.dir), await summaries.read(run.dir)];
    const comparison = await history.use(async ({ history: known }) =>
      compareRuns(
        before,
        now,
        (await known.before(now.matrix, now.startedAt)).of,
        await known.figuresBefore(now.matrix, now.startedAt, now.host),
      ),
    );
    if (comparison.onlyNow.length === now.cells.length)
      throw new BadRequest(
        `The runs ${base.runId} and ${run.runId} have no cell in common: ` +
          'a cell is the same by the names of its kernel, topology, file system and suite.',
      );
    return c.html(renderComparePage(comparison));
  });
}
