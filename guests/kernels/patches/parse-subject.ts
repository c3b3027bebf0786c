import { present } from '../../../orchestrator/model/present.ts';

/** What the subject of a mail says of the patch in it, `[RFC PATCH v2 1/3] pmem: take the lock`. */
export interface PatchSubject {
  /** `Re:`, `AW:`, `答复:`, `Fwd:` and the like: a diff in it is no patch of a series. */
  readonly isReply: boolean;
  /** A word of the tag says that this is a patch. */
  readonly isTagged: boolean;
  readonly isResend: boolean;
  /** `[2]` of v2, `[3, 1]` of git's `-v 3.1`. Absent where the tag names no version. */
  readonly version?: readonly number[];
  /** `v6.1` beside no other version: the patch's, or that of the kernel that it is for. */
  readonly dotted?: string;
  /** The kernels that it is for, `6.1` or `5.10.y`. */
  readonly targets: readonly string[];
  /** Its place in the series, 0 for the cover letter, and how many patches that has. */
  readonly place?: PatchPlace;
  /** What stands behind the tag. */
  readonly title: string;
}

export interface PatchPlace {
  /** A patch that was sent to stand between 1/2 and 2/2 is 1.5/2. */
  readonly number: number;
  readonly of: number;
}

/** Reply and forward marks of mail programs, and, as b4 has it, any word so short before the brackets. */
const REPLY =
  /^(?:(?:re|aw|antw|antwort|respuesta|resposta|svar|vastaus|odpověď|ответ|automatic reply|fwd?|fw|答复|回复|回覆|轉寄|转发|返信|回信|답장)(?:\s*[[(^]?\d+[\])]?)?|\p{L}{1,3}(?=\s*[:：]\s*\[))\s*[:：]\s*/iu;
/** A list's own prefix, `Linux-nvdimm: [PATCH 2/2] …`. */
const LIST = /^[\w.+-]{4,}:\s*(?=\[|(?:re|aw|fwd?):\s*\[)/i;
const KERNEL = /^(?:linux-|stable-)?v?(?<kernel>\d+\.\d+(?:\.\d+)?(?:\.y)?)(?:[-+]\w[\w.-]*)?$/i;

/**
 * The parts that words of a tag are joined of, longest first: `PATCHv2`, `RFC/PATCH`, `PATCH3/3`, `v2-1/3`. No series
 * has more than 9999 patches or versions, and each missing number takes memory.
 */
const PART =
  /^(?:patch(?:es|set|series)?|rfc|rft|wip|resend|repost|resent|v(?:er(?:sion)?)?\.?\d{1,4}(?:(?:bis|ter|[a-d])(?!\w)|(?:\.\d{1,4})*(?![\d.]))|\d{1,4}(?:\.\d{1,4})?\/\d{1,4}(?!\d)|[-_/:|+.#]+)/i;
const COUNT = /^\d{1,4}$/;
/** `v2a` and `v2bis` come behind v2. */
const AFTER: readonly string[] = ['', 'a', 'bis', 'b', 'ter', 'c', 'd'];
const LETTERED = /^\D*(?<major>\d+)(?<after>bis|ter|[a-d])$/i;

/** Reads a subject word by word. What is no word of a patch's tag, such as a tree's name, is left alone. */
export function parseSubject(subject: string): PatchSubject {
  let rest = subject.replaceAll(/\s+/g, ' ').trim();
  const words: string[] = [];
  let isReply = false;
  for (;;) {
    const isPatch = words.some(isTagWord);
    const reply = isPatch ? undefined : REPLY.exec(rest)?.[0];
    const prefix = reply ?? (words.length === 0 ? LIST.exec(rest)?.[0] : undefined);
    const group = prefix === undefined ? takeBrackets(rest) : undefined;
    if (reply !== undefined) isReply = true;
    if (prefix === undefined && group === undefined) break;
    if (group) words.push(...splitWords(group));
    rest = rest.slice((prefix ?? group ?? '').length).trimStart();
  }
  if (!words.some(isTagWord)) {
    const bare = takeBareTag(rest) ?? takeLastBrackets(rest);
    if (bare) return { isReply, ...readWords([...words, ...bare.words]), title: bare.title };
  }
  return { isReply, ...readWords(words), title: rest.replace(/^:\s*/, '') };
}

/** A group in brackets, with those inside it; without its end where that is missing. */
function takeBrackets(text: string): string | undefined {
  if (!text.startsWith('[')) return undefined;
  let depth = 0;
  for (const [index, char] of Array.from(text).entries()) {
    depth += char === '[' ? 1 : char === ']' ? -1 : 0;
    if (depth === 0)
      return Array.from(text)
        .slice(0, index + 1)
        .join('');
  }
  // `[PATCH 1/2 title`: the tag goes on as long as its words do.
  const words = text.slice(1).split(' ');
  const end = words.findIndex((word) => !isTagWord(word));
  return end < 1 ? undefined : text.slice(0, words.slice(0, end).join(' ').length + 1);
}

/** `PATCH v2 2/2: title`, `RFC: title`, without any brackets. */
function takeBareTag(text: string): { readonly words: readonly string[]; readonly title: string } | undefined {
  const words = text.split(' ');
  const end = words.findIndex((word) => word.endsWith(':') || !isTagWord(word));
  const last = words[end] ?? '';
  const tag = splitWords(
    words
      .slice(0, isTagWord(last.slice(0, -1)) && last.endsWith(':') ? end + 1 : end)
      .join(' ')
      .replace(/:$/, ''),
  );
  const place = tag.some((word) => /\d\/\d/.test(word));
  if (!tag.some((word) => /^(?:patch|rfc)/i.test(word)) || (!last.endsWith(':') && !place)) return undefined;
  return {
    words: tag,
    title: words.slice(isTagWord(last.slice(0, -1)) && last.endsWith(':') ? end + 1 : end).join(' '),
  };
}

/** `title [PATCH 2/2]`. */
function takeLastBrackets(text: string): { readonly words: readonly string[]; readonly title: string } | undefined {
  const { title = '', tag = '' } = /^(?<title>.*\S) \[(?<tag>[^\]"]*\bPATCH[^\]"]*)\]$/i.exec(text)?.groups ?? {};
  return tag === '' ? undefined : { words: splitWords(tag), title };
}

function splitWords(group: string): readonly string[] {
  return group.split(/[\s,;[\](){}]+/).filter((word) => word !== '');
}

/** The known parts of a word. Where something else is in it there are none, but for `PATCHv2net`. */
function partsOf(word: string): readonly string[] {
  const parts: string[] = [];
  for (let rest = word; rest !== '';) {
    const part = PART.exec(rest)?.[0];
    if (part === undefined) {
      if (!/^patch/i.test(word)) return [];
      break;
    }
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return parts.filter((part) => /\w/.test(part));
}

function isTagWord(word: string): boolean {
  return partsOf(word.replaceAll(/[[\],;]/g, '')).length > 0;
}

function readWords(words: readonly string[]): Omit<PatchSubject, 'isReply' | 'title'> {
  let isTagged = false;
  let isResend = false;
  let place: PatchPlace | undefined;
  let lettered: readonly number[] | undefined;
  const versions: string[] = [];
  const targets: string[] = [];
  for (const [index, word] of words.entries()) {
    const [before = '', last = ''] = [words[index - 2], words[index - 1]];
    const kernel = KERNEL.exec(word)?.groups?.['kernel'];
    if (kernel !== undefined && !/^v\d+\.\d+$/i.test(word)) targets.push(kernel);
    else if (COUNT.test(word) && /^(?:v|ver|version|rev|revision|take|round)$/i.test(last)) versions.push(word);
    else if (COUNT.test(word) && /^of$/i.test(last) && COUNT.test(before))
      place = { number: Number(before), of: Number(word) };
    else if (/^(?:rev|take|round)\d{1,4}$/i.test(word)) versions.push(word.replace(/^\D+/, ''));
    else {
      for (const part of partsOf(word)) {
        const { number, of } = /^(?<number>[\d.]+)\/(?<of>\d+)$/.exec(part)?.groups ?? {};
        if (number !== undefined && of !== undefined) place = { number: Number(number), of: Number(of) };
        else if (LETTERED.test(part)) lettered = readLettered(part);
        else if (/^v/i.test(part)) versions.push(part.replace(/^\D+/, ''));
        else if (/^re/i.test(part)) isResend = true;
        else isTagged = true;
      }
    }
  }
  const numbered = versions.findLast((version) => !version.includes('.'));
  const whole = lettered ?? (numbered === undefined ? undefined : [Number(numbered)]);
  const dotted = versions.filter((version) => version.includes('.'));
  if (whole !== undefined) targets.push(...dotted);
  return {
    isTagged: isTagged || isResend || place !== undefined || versions.length > 0 || lettered !== undefined,
    isResend,
    ...present({ version: whole }),
    ...(whole === undefined && dotted[0] !== undefined && { dotted: dotted[0] }),
    targets,
    ...present({ place }),
  };
}

function readLettered(part: string): readonly number[] {
  const { major, after = '' } = LETTERED.exec(part)?.groups ?? {};
  return [Number(major), AFTER.indexOf(after.toLowerCase())];
}
