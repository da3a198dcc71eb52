import { Duplex } from "node:stream";

/** The part of PGlite that is used: PostgreSQL in this process, from `@electric-sql/pglite`. */
export interface PGliteClient {
  /** Takes messages of PostgreSQL's protocol, and answers in it. */
  execProtocolRaw(messages: Uint8Array): Promise<Uint8Array>;
}

/** Messages after which the server answers: Query, and Sync at the end of a statement with values. */
const ANSWERED: readonly number[] = [0x51, 0x53];
/** The message that ends the connection; a PGlite must not get it, because it would end with it. */
const TERMINATE = 0x58;
/** A message is a letter, then its length, which does not count the letter. */
const HEADER = 5;

/** Stands for the socket of a client of `pg`, and leads to a PGlite. */
export class PGliteStream extends Duplex {
  readonly #client: PGliteClient;
  #waiting: Uint8Array[] = [];
  #started = false;

  /** Makes a stream to a PGlite. */
  constructor(client: PGliteClient) {
    super();
    this.#client = client;
  }

  /** Does what a socket does when it has connected. */
  connect(): this {
    queueMicrotask(() => this.emit("connect"));
    return this;
  }

  /** Says that there is no delay to switch off. */
  setNoDelay(): this {
    return this;
  }

  /** Nothing keeps the process alive. */
  ref(): this {
    return this;
  }

  /** Nothing keeps the process alive. */
  unref(): this {
    return this;
  }

  /** Answers are pushed as they come. */
  override _read(): void {}

  /** Takes what is written, one piece. */
  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#take([chunk]).then(() => done(), done);
  }

  /** Takes what is written, several pieces. */
  override _writev(chunks: { chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    this.#take(chunks.map(({ chunk }) => chunk)).then(() => done(), done);
  }

  async #take(chunks: readonly Uint8Array[]): Promise<void> {
    const bytes = joined([...this.#waiting, ...chunks]);
    const { end, terminated } = this.#started ? answerable(bytes) : { end: bytes.length, terminated: false };
    this.#started = true;
    this.#waiting = end < bytes.length && !terminated ? [bytes.subarray(end)] : [];
    if (end > 0) this.push(await this.#client.execProtocolRaw(bytes.subarray(0, end)));
    if (terminated) this.push(null);
  }
}

/** How much of what was written can be answered now. */
function answerable(bytes: Uint8Array): { end: number; terminated: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = 0;
  for (let at = 0; at + HEADER <= bytes.length;) {
    const letter = view.getUint8(at);
    if (letter === TERMINATE) return { end, terminated: true };
    at += 1 + view.getInt32(at + 1);
    if (at <= bytes.length && ANSWERED.includes(letter)) end = at;
  }
  return { end, terminated: false };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
