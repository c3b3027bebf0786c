/**
 * The words of a command line up to the cursor, as a shell would read them, behind the name of the command. The last one
 * is being typed: it is empty behind a space, and may lack its closing quote. Nothing is expanded.
 */
export function splitLine(line: string): string[] {
  const words = [''];
  let isInWord = false;
  for (const [part] of line.matchAll(/\s+|'[^']*'?|"(?:\\.|[^"\\])*"?|\\.|[^\s'"\\]+|\\$/gs)) {
    if (/^\s/.test(part)) {
      if (isInWord) words.push('');
      isInWord = false;
    } else {
      words.push((words.pop() ?? '') + unquote(part));
      isInWord = true;
    }
  }
  const name = words.findIndex((word) => !/^\w+=/.test(word));
  return words.slice(name + 1);
}

function unquote(part: string): string {
  if (part.startsWith("'")) return part.replaceAll("'", '');
  if (part.startsWith('"')) return part.replaceAll(/^"|(?<!\\)"$/g, '').replaceAll(/\\(["$\\`])/g, '$1');
  return part.replace(/^\\/, '');
}
