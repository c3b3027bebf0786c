import { copyText } from './console-chunk.ts';

/** So many answers are kept: consoles repeat themselves. */
const MAX_REMEMBERED = 5000;

/** A pure function of a short text that keeps its answers, and forgets them all when they are too many. */
export function remember<Answer>(decide: (text: string) => Answer): (text: string) => Answer {
  const answers = new Map<string, Answer | undefined>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    if (answers.size >= MAX_REMEMBERED) answers.clear();
    const answer = decide(text);
    answers.set(copyText(text), answer);
    return answer;
  };
}
