import { Readable } from 'node:stream';
import { basename } from 'node:path';
import parseRange from 'range-parser';
import { contentTypeOf } from './content-type.ts';
import type { Artifact } from '../runs/open-artifact.ts';

/** Enough to know text from anything else. */
const BEGINNING_BYTES = 8192;

/**
 * The run's own page is HTML that pmemrig wrote; boxed, so that it has no more rights than if it were opened from disk.
 */
const OWN_PAGE = 'report.html';
const OWN_PAGE_POLICY =
  'sandbox allow-scripts allow-downloads; ' +
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
/** A file is shown and no more. */
const FILE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'";

interface FileRequest {
  readonly method: string;
  readonly header: (name: string) => string | undefined;
}

/** Answers with a file of a run, or the part of it that was asked for; closes it in the end. */
export async function sendArtifact(
  path: string,
  { file, sizeBytes, modifiedMs }: Artifact,
  request: FileRequest,
): Promise<Response> {
  try {
    const tag = `"${sizeBytes.toString(36)}-${Math.round(modifiedMs).toString(36)}"`;
    const headers = new Headers({
      ...(await typeHeaders(path, file)),
      etag: tag,
      'last-modified': new Date(modifiedMs).toUTCString(),
      'accept-ranges': 'bytes',
      'cache-control': 'no-cache',
    });
    if (request.header('if-none-match') === tag) return await close(file, new Response(null, { status: 304, headers }));
    const range = chooseRange(sizeBytes, request, tag);
    if (range === 'unsatisfiable') {
      headers.set('content-range', `bytes */${sizeBytes}`);
      return await close(file, new Response(null, { status: 416, headers }));
    }
    const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
    headers.set('content-length', String(end - start + 1));
    if (range) headers.set('content-range', `bytes ${start}-${end}/${sizeBytes}`);
    const status = range ? 206 : 200;
    if (request.method === 'HEAD' || sizeBytes === 0) return await close(file, new Response(null, { status, headers }));
    // The stream closes the file when it ends or the reader goes away.
    return new Response(Readable.toWeb(file.createReadStream({ start, end })) as ReadableStream, { status, headers });
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function typeHeaders(path: string, file: Artifact['file']): Promise<Record<string, string>> {
  if (path === OWN_PAGE)
    return { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': OWN_PAGE_POLICY };
  const beginning = Buffer.alloc(BEGINNING_BYTES);
  const { bytesRead } = await file.read(beginning, 0, beginning.length, 0);
  const { type, isShown } = contentTypeOf(path, beginning.subarray(0, bytesRead));
  return {
    'content-type': type,
    'content-security-policy': FILE_POLICY,
    ...(!isShown && { 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(basename(path))}` }),
  };
}

/**
 * The one range asked for. Undefined for the whole file, which also answers several ranges, and a range of another
 * version of it.
 */
function chooseRange(
  sizeBytes: number,
  { header }: FileRequest,
  tag: string,
): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const asked = header('range');
  const version = header('if-range');
  if (asked === undefined || (version !== undefined && version !== tag)) return undefined;
  const ranges = parseRange(sizeBytes, asked);
  if (ranges === -1) return 'unsatisfiable';
  return ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1 ? undefined : ranges[0];
}

async function close(file: Artifact['file'], response: Response): Promise<Response> {
  await file.close();
  return response;
}
