/** GitHub drops the whole summary of a step that is larger. */
const MAX_BYTES = 2 ** 20;

/**
 * As much of a Markdown report as a step's summary holds, whole sections of it, with a word on what is left out.
 * @param usedBytes what the step has written already
 */
export function boundSummary(markdown: string, usedBytes = 0): string {
  const room = MAX_BYTES - usedBytes;
  if (Buffer.byteLength(markdown) <= room) return markdown;
  const note = '\n\nMore of it did not fit here: see summary.md among the artifacts.\n';
  // A section may end in a fence: only before a heading is none open.
  const sections = markdown.split(/\n(?=#{1,3} )/);
  let kept = '';
  for (const section of sections) {
    const longer = kept === '' ? section : `${kept}\n${section}`;
    if (Buffer.byteLength(longer) + Buffer.byteLength(note) > room) break;
    kept = longer;
  }
  return Buffer.byteLength(note) > room ? '' : `${kept}${note}`;
}
