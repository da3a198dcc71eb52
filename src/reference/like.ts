/** A piece of a pattern between two `%`: its characters, null for `_`. */
type Piece = readonly (string | null)[];

/**
 * Makes the matcher of a SQL LIKE pattern: the whole text, `%` any characters, `_` one character (a code point), `\`
 * takes the next character literally, ASCII letters match in either case.
 *
 * The pieces between `%` are found from left to right, each as early as possible, so no pattern makes it backtrack.
 */
export function compileLike(pattern: string): (text: string) => boolean {
  const pieces = readPieces(foldASCII(pattern));
  const first = pieces[0] as Piece;
  const last = pieces[pieces.length - 1] as Piece;
  const middle = pieces.slice(1, -1).filter((piece) => piece.length > 0);
  if (pieces.every((piece) => !piece.includes(null))) {
    return matchLiterals(
      first.join(""),
      middle.map((piece) => piece.join("")),
      last.join(""),
      pieces.length === 1,
    );
  }
  return (text) => {
    const chars = [...foldASCII(text)];
    if (pieces.length === 1) return chars.length === first.length && isAt(chars, 0, first);
    const end = chars.length - last.length;
    if (end < first.length || !isAt(chars, 0, first) || !isAt(chars, end, last)) return false;
    let from = first.length;
    for (const piece of middle) {
      const at = find(chars, from, end - piece.length, piece);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return true;
  };
}

/** The fast way for a pattern without `_`. Well-formed text is never found in the middle of a surrogate pair. */
function matchLiterals(
  first: string,
  middle: readonly string[],
  last: string,
  whole: boolean,
): (text: string) => boolean {
  return (text) => {
    const folded = foldASCII(text);
    if (whole) return folded === first;
    const end = folded.length - last.length;
    if (end < first.length || !folded.startsWith(first) || !folded.endsWith(last)) return false;
    let from = first.length;
    for (const piece of middle) {
      const at = folded.indexOf(piece, from);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return from <= end;
  };
}

function readPieces(pattern: string): Piece[] {
  let piece: (string | null)[] = [];
  const pieces = [piece];
  let escaped = false;
  for (const char of pattern) {
    if (escaped) {
      piece.push(char);
      escaped = false;
    } else if (char === "\\") {
      escaped = true;
    } else if (char === "%") {
      pieces.push(piece = []);
    } else {
      piece.push(char === "_" ? null : char);
    }
  }
  return pieces;
}

function find(chars: readonly string[], from: number, to: number, piece: Piece): number {
  for (let at = from; at <= to; at++) {
    if (isAt(chars, at, piece)) return at;
  }
  return -1;
}

function isAt(chars: readonly string[], at: number, piece: Piece): boolean {
  for (let i = 0; i < piece.length; i++) {
    if (piece[i] !== null && piece[i] !== chars[at + i]) return false;
  }
  return true;
}

function foldASCII(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\u0000-\u007f]*$/.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
