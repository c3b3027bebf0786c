import { pageScript } from '../../formats/html/page-script.ts';

/** Nothing but our own style and script, and no way for another site to frame a page or to be sent a form. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** A run's report brings its style and its script with it. */
export function reportPolicy(): string {
  return PAGE_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "script-src 'self'",
    `script-src 'self' ${pageScript().source}`,
  );
}
