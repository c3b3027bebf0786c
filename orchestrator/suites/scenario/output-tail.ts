const MAX_BYTES = 256 * 1024;

/** The end of an output, for evidence. */
export class OutputTail {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  isCut = false;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes - (this.#chunks[0]?.length ?? 0) >= MAX_BYTES) {
      this.#bytes -= this.#chunks.shift()?.length ?? 0;
      this.isCut = true;
    }
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}
