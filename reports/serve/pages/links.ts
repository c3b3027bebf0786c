import { cleanText } from '../../text/clean-text.ts';
import { present } from '../../../orchestrator/model/present.ts';

// The addresses of the pages. They are stable: what a mail or a chat names today is found next year.

export function runLink(runId: string): string {
  return `/runs/${encodePart(runId)}/`;
}

/** One test of one run, with its evidence. */
export function evidenceLink(runId: string, cell: string, test: string): string {
  return `${runLink(runId)}test?${new URLSearchParams({ cell, name: test }).toString()}`;
}

/** The server-sent events of a run that goes on. */
export function progressLink(runId: string): string {
  return `${runLink(runId)}progress`;
}

/** All files of a run. */
export function filesLink(runId: string): string {
  return `${runLink(runId)}files/`;
}

/** A file or, with a slash at its end, a folder of a run; `path` is relative to it. */
export function fileLink(runId: string, path: string): string {
  return `${path.endsWith('/') ? filesLink(runId) : runLink(runId)}${path.split('/').map(encodePart).join('/')}`;
}

/** A test over the runs, in one cell or in all. */
export function testLink(test: string, cell?: string): string {
  return `/test?${new URLSearchParams({ name: test, ...present({ cell }) }).toString()}`;
}

export function metricLink(test: string, metric: string, cell?: string): string {
  return `/metric?${new URLSearchParams({ test, name: metric, ...present({ cell }) }).toString()}`;
}

export function compareLink(base: string, run: string): string {
  return `/compare?${new URLSearchParams({ base, run }).toString()}`;
}

/** A file's name may be no Unicode, which an address must be. */
function encodePart(part: string): string {
  return encodeURIComponent(cleanText(part));
}
