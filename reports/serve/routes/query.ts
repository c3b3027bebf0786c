import { DEFAULT_LAST, MAX_LAST } from '../pages/last-choice.ts';

/** An address that lacks something, or says it wrongly; the message is a sentence for the reader of the page. */
export class BadRequest extends Error {}

/** @throws BadRequest where the address does not say it */
export function required(name: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new BadRequest(`This address lacks ?${name}=…`);
  return value;
}

/** How many runs to look back. */
export function parseLast(value: string | undefined, otherwise = DEFAULT_LAST): number {
  if (value === undefined || value === '') return otherwise;
  const last = Number(value);
  if (!Number.isSafeInteger(last) || last < 1) throw new BadRequest(`?last=${value} is no number of runs.`);
  return Math.min(last, MAX_LAST);
}
