import type { Random } from "../support/random.ts";

/** JSON texts as others write them, with what they say. */
export const TEXTS: readonly string[] = [
  '{"price":15.0,"tags":["a","b"]}',
  '{ "tags" : [ "a" , "b" ] , "price" : 1.5e1 }',
  '{"price":15,"tags":["a","b"]}',
  '{"price":"15","tags":[]}',
  '{"\\u0070rice":15,"tags":["\\u0061","b"]}',
  '{"tags":[],"price":0,"price":15,"tags":["a","b"]}',
  '{"tags":{"0":"a"},"price":[15]}',
  '{"price":-0.0}',
  '{"price":9007199254740993}',
  '{"price":123456789012345680000.0}',
  '{"price":0.1e0,"note":"line\\nfeed \\"quoted\\" \\/"}',
  '{"a/b":{"~":[[],{},null,false]},"q\\"":{"b\\\\":"\\u00e9\\ud83d\\ude00"}}',
  '{"a/b":{"~":[[],{},null,true]},"q\\"":{"b\\\\":"é😀"}}',
  '{"q\\"":{"b\\\\":"é😀"},"a/b":{"~":[[],{},null,false]}}',
  "[1, 2.0, 3e0]",
  "[1,2,3]",
  "[1,2,3,null]",
  "[]",
  "{}",
  " 15.0 ",
  '"15"',
  '"\\u0031\\u0035"',
  "true",
  " null ",
  "\n\tnull\r",
  "null",
  '{"price":null}',
  '"null"',
];

const KEYS = ["a", "b", "é", "0", "42", "a b", "it's", 'q"', "b\\", "x/y", "~", "\n"];
const SCALARS: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  15,
  -0.5,
  0.1,
  1e300,
  9007199254740992,
  "",
  "a",
  "15",
  "null",
  "é\n😀",
  '"',
];

/** A JSON value. */
export function randomJSON(r: Random, depth = 3): unknown {
  const kind = depth === 0 ? 0 : r.int(4);
  if (kind < 2) return SCALARS[r.int(SCALARS.length)];
  const size = r.int(4);
  return kind === 2
    ? Array.from({ length: size }, () => randomJSON(r, depth - 1))
    : Object.fromEntries(Array.from({ length: size }, () => [oneKey(r), randomJSON(r, depth - 1)]));
}

/** A text that says a value in one of many ways; with `twice`, a member may come before in another form. */
export function randomText(r: Random, value: unknown, twice: boolean): string {
  const space = (): string => ["", "", " ", "\n", "\t "][r.int(5)] as string;
  const write = (each: unknown): string => {
    if (typeof each === "string") return text(r, each);
    if (typeof each === "number") return number(r, each);
    if (typeof each !== "object" || each === null) return String(each);
    if (Array.isArray(each)) return `[${each.map((item) => space() + write(item) + space()).join(",")}]`;
    const entries = Object.entries(each).map((entry) => [r.int(1000), entry] as const)
      .sort(([a], [b]) => a - b).map(([, entry]) => entry);
    const members = entries.map(([key, item]) =>
      `${space()}${text(r, key)}${space()}:${space()}${write(item)}`
    );
    const again = entries[r.int(entries.length || 1)];
    if (twice && again !== undefined && r.oneIn(4)) {
      members.unshift(`${text(r, again[0])}:${JSON.stringify(randomJSON(r, 1))}`);
    }
    return `{${members.join(",")}${space()}}`;
  };
  return space() + write(value) + space();
}

/** A value that is the same, or differs from it somewhere. */
export function randomNeighbour(r: Random, value: unknown): unknown {
  if (r.oneIn(3)) return value;
  if (typeof value !== "object" || value === null || r.oneIn(3)) return randomJSON(r, 1);
  if (Array.isArray(value)) {
    return value.length === 0 ? [null] : value.with(r.int(value.length), randomNeighbour(r, value[0]));
  }
  const keys = Object.keys(value);
  const key = keys[r.int(keys.length || 1)] ?? "a";
  return { ...value, [key]: randomNeighbour(r, (value as Record<string, unknown>)[key] ?? 0) };
}

/** A path in the text form to a place in a value, and what is there. */
export function randomPlace(r: Random, value: unknown): { readonly path: string; readonly there: unknown } {
  let path = "";
  let there = value;
  while (typeof there === "object" && there !== null && !(path !== "" && r.oneIn(4))) {
    const keys = Object.keys(there).filter((key) => /^[\wé' ]+$/.test(key));
    if (keys.length === 0) break;
    const key = keys[r.int(keys.length)] as string;
    path += `.${key}`;
    there = (there as Record<string, unknown>)[key];
  }
  return path === "" ? { path: ".a", there: (value as { a?: unknown } | null)?.a ?? null } : { path, there };
}

function oneKey(r: Random): string {
  return KEYS[r.int(KEYS.length)] as string;
}

function text(r: Random, value: string): string {
  const units = [...value].map((char) =>
    r.oneIn(4)
      ? Array.from(
        { length: char.length },
        (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
      ).join("")
      : JSON.stringify(char).slice(1, -1)
  );
  return `"${units.join("")}"`;
}

function number(r: Random, value: number): string {
  const forms = [String(value), value.toExponential()];
  if (Number.isInteger(value) && Math.abs(value) < 1e15) forms.push(`${value}.0`, `${value}.00e0`);
  if (value === 9007199254740992) forms.push("9007199254740993");
  return forms[r.int(forms.length)] as string;
}
