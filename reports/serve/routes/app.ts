import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { InfraError, UserError, describeError } from '../../../orchestrator/model/errors.ts';
import { isAllowedHost } from './allow-host.ts';
import { ASSETS } from '../assets/assets.ts';
import { addListRoutes } from './list-routes.ts';
import { renderMessagePage } from '../pages/message-page.ts';
import { isGone, NotFound } from '../runs/not-found.ts';
import { PAGE_POLICY } from './policies.ts';
import { BadRequest } from './query.ts';
import { addRunRoutes } from './run-routes.ts';
import type { Site } from '../runs/site.ts';
import { addTrendRoutes } from './trend-routes.ts';

const FOR_EVER = 'public, max-age=31536000, immutable';

/** All addresses; only GET and HEAD are answered, since nothing here changes a run. */
export function createApp(site: Site, hostNames: readonly string[]): Hono {
  const app = new Hono();
  // A route's own policy stays.
  app.use(
    secureHeaders({
      overwrite: false,
      strictTransportSecurity: false,
      referrerPolicy: 'same-origin',
      xFrameOptions: 'DENY',
    }),
  );
  app.use(async (c, next) => {
    if (!isAllowedHost(c.req.header('host'), hostNames))
      return c.text(
        'This name is not served here: use the address that pmemrig serve printed, or give it the name with --host.',
        403,
      );
    await next();
    // A file's, a report's and an asset's own stay.
    if (!c.res.headers.has('content-security-policy')) c.res.headers.set('content-security-policy', PAGE_POLICY);
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-cache');
    return undefined;
  });
  for (const asset of ASSETS)
    app.get(asset.path, (c) => c.body(asset.content, 200, { 'content-type': asset.type, 'cache-control': FOR_EVER }));
  app.get('/favicon.ico', (c) => c.body(null, 204));
  addListRoutes(app, site);
  addTrendRoutes(app, site);
  addRunRoutes(app, site);
  app.notFound((c) => c.html(renderMessagePage('Not found', 'There is no such page.'), 404));
  app.onError((error, c) => {
    if (error instanceof BadRequest) return c.html(renderMessagePage('Not so', error.message), 400);
    if (error instanceof NotFound) return c.html(renderMessagePage('Not found', error.message), 404);
    if (isGone(error))
      return c.html(
        renderMessagePage(
          'Not found',
          'This run is not there, or was removed while it was read.',
          'What its tests came to stays in the history.',
        ),
        404,
      );
    // A journal that is damaged, or of a newer pmemrig: nothing failed here, and asking again does not help.
    if (error instanceof UserError) return c.html(renderUnreadable(error), 422);
    if (error instanceof InfraError) return c.html(renderUnreadable(error), 500);
    site.log(`${c.req.path}: ${describeError(error)}`);
    return c.html(
      renderMessagePage('pmemrig failed at this page', error.message, 'Where it was started, more is said of it.'),
      500,
    );
  });
  return app;
}

function renderUnreadable(error: UserError | InfraError): string {
  return renderMessagePage('This cannot be read', describeError(error).split('\n')[0] ?? '', error.remedy);
}
