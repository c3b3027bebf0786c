import type { Hono } from 'hono';
import { renderMetricPage } from '../pages/metric-page.ts';
import { NotFound } from '../runs/not-found.ts';
import { parseLast, required } from './query.ts';
import type { Site } from '../runs/site.ts';
import { renderTestPage } from '../pages/test-page.ts';
import { renderTestsPage } from '../pages/tests-page.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** The rates of the list of tests are of now, not of last year. */
const RATE_RUNS = 30;

/** What a test did over the runs, and a figure of it. */
export function addTrendRoutes(app: Hono, { history }: Site): void {
  app.get('/tests', async (c) => {
    const last = parseLast(c.req.query('last'), RATE_RUNS);
    const rates = await history.use(async (known) => known.history.rates(last));
    return c.html(renderTestsPage({ rates, search: c.req.query('q') ?? '', last }));
  });

  app.get('/test', async (c) => {
    const test = required('name', c.req.query('name'));
    const cell = c.req.query('cell');
    const last = parseLast(c.req.query('last'));
    const query = { test, last, ...present({ cell }) };
    return history.use(async (known) => {
      const lines = await known.history.test(query);
      if (lines.length === 0)
        throw new NotFound(`No run knows the test ${test}${cell === undefined ? '' : ` in a cell with "${cell}"`}.`);
      const figures = await known.history.metrics(query);
      return c.html(renderTestPage({ ...query, lines, figures, isThere: (runId) => known.survey.there.has(runId) }));
    });
  });

  app.get('/metric', async (c) => {
    const test = required('test', c.req.query('test'));
    const name = required('name', c.req.query('name'));
    const cell = c.req.query('cell');
    const last = parseLast(c.req.query('last'));
    const query = { test, last, ...present({ cell }) };
    return history.use(async (known) => {
      const figures = await known.history.metrics({ ...query, name });
      if (figures.length === 0)
        throw new NotFound(
          `No run knows a figure ${name} of ${test}${cell === undefined ? '' : ` in a cell with "${cell}"`}.`,
        );
      const names = [...new Set((await known.history.metrics({ ...query, last: 1 })).map((figure) => figure.name))];
      return c.html(
        renderMetricPage({ ...query, name, figures, names, isThere: (runId) => known.survey.there.has(runId) }),
      );
    });
  });
}
