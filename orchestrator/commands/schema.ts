import { matrixJsonSchema } from '../../matrices/schema/schema.ts';
import { defaultsJsonSchema } from './defaults/defaults-schema.ts';

/** `pmemrig schema`: the JSON Schema of matrix files on stdout, or with `--config` of files of defaults. */
export function schemaCommand({ config }: { readonly config?: boolean }): void {
  const schema = config === true ? defaultsJsonSchema() : matrixJsonSchema();
  process.stdout.write(`${JSON.stringify(schema, undefined, 2)}\n`);
}
