/** The same properties, each of which may be absent but none undefined. */
export type Present<Properties> = { [Name in keyof Properties]?: Exclude<Properties[Name], undefined> };

/**
 * The properties that have a value, in their order: `{ test, ...present({ message, evidence }) }`. A property that is
 * undefined is left out, as optional properties must be; null, false, 0 and '' are values.
 */
export function present<Properties extends object>(properties: Properties): Present<Properties> {
  const found: Present<Properties> = {};
  for (const name in properties) {
    const value = properties[name];
    if (value !== undefined) found[name] = value as Exclude<Properties[typeof name], undefined>;
  }
  return found;
}
