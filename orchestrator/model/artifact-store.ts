import type { Writable } from 'node:stream';

/** A file that grows while something runs. */
export interface GrowingArtifact {
  readonly artifact: string;
  /** What cannot be written is an error of the stream. */
  readonly stream: Writable;
}

/**
 * Where one cell's files are kept. Whoever keeps one knows no path of the run's folder, which may lie on another host.
 * A file is named within its cell, with `/` between folders; what a method gives back as its artifact is what
 * `TestResult.artifacts` wants.
 */
export interface ArtifactStore {
  /** Keeps text as a file, in place of one of that name. Rejects with the error of the file system. */
  put(name: string, text: string): Promise<string>;
  /** Opens a file to be written piece by piece. */
  open(name: string): GrowingArtifact;
  /**
   * Keeps what can only be had as a local file, such as one that is copied out of a guest. `fill` writes to a path that
   * is good until it ends, and gives back what it has to say of it. If it gives `undefined` there was nothing, and
   * nothing is kept. Rejects with `fill`'s own error, or with the file system's.
   */
  receive<T>(
    name: string,
    fill: (localPath: string) => Promise<T | undefined>,
    options?: ReceiveOptions,
  ): Promise<ReceivedArtifact<T> | undefined>;
}

export interface ReceiveOptions {
  /** The name is a guest's: rejects with {@link ArtifactRefused} where anything is in its way. */
  readonly foreign?: true;
}

export interface ReceivedArtifact<T> {
  readonly artifact: string;
  readonly value: T;
}

/** A name that a guest chose cannot be given to a file; the message says why. */
export class ArtifactRefused extends Error {
  override readonly name = 'ArtifactRefused';
}
