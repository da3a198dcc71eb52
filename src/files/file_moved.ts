/** The file of a database is no longer where it was opened: what is written to it now, nobody would find. */
export class FileMoved extends Error {
  /** The path. */
  readonly path: string;

  /** Makes the error. */
  constructor(path: string) {
    super(`${path} was removed, or another file is in its place`);
    this.path = path;
  }
}
