import { createHash } from 'node:crypto';
import { pageScript } from '../../formats/html/page-script.ts';
import { STYLE } from '../../formats/html/style.ts';
import { LIVE_SCRIPT } from './live-script.ts';
import { SERVE_STYLE } from './style.ts';

/** A file that pages fetch from us; its address changes with its content, so that it may be kept for ever. */
interface Asset {
  readonly path: string;
  readonly type: string;
  readonly content: string;
}

export const STYLESHEET = makeAsset('css', 'text/css; charset=utf-8', `${STYLE}${SERVE_STYLE}`);
/** The choice of colours, as in the reports. */
export const SCRIPT = makeAsset('js', 'text/javascript; charset=utf-8', pageScript().code);
export const LIVE = makeAsset('js', 'text/javascript; charset=utf-8', LIVE_SCRIPT);
export const ASSETS: readonly Asset[] = [STYLESHEET, SCRIPT, LIVE];

function makeAsset(extension: string, type: string, content: string): Asset {
  return {
    path: `/assets/${createHash('sha256').update(content).digest('hex').slice(0, 12)}.${extension}`,
    type,
    content,
  };
}
