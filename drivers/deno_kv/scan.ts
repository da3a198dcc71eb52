import { afterAll, idOf, type KeyRange, type Place, placeOf, rangeBelow } from "./key.ts";
import type { RangeOrder } from "./path.ts";
import type { Found, Work } from "./work.ts";

/** The most keys read at once. */
const MAX_CHUNK = 500;

/** The entries of a range. */
export async function* scan(
  work: Work,
  range: KeyRange,
  reverse: boolean,
  first: number,
): AsyncGenerator<Found> {
  for await (const entries of scanLists(work, range, reverse, first)) yield* entries;
}

/** The entries of a range, as they are read: `first` of them in as few reads as it takes, and then more and more. */
export async function* scanLists(
  work: Work,
  range: KeyRange,
  reverse: boolean,
  first: number,
): AsyncGenerator<readonly Found[]> {
  let rest: KeyRange | null = range;
  let wanted = Math.max(1, first);
  let chunk = Math.min(wanted, MAX_CHUNK);
  while (rest !== null) {
    const read: { entries: Found[]; rest: KeyRange | null } = await work.list(rest, chunk, reverse);
    if (read.entries.length > 0) yield read.entries;
    rest = read.rest;
    wanted -= chunk;
    chunk = Math.min(MAX_CHUNK, wanted > 0 ? wanted : chunk * 2);
  }
}

/**
 * The entries of a range in an order that goes one way by the first parts of the key and the other way where those tie.
 * A group of ties is turned round in memory; a long one is read the other way instead.
 *
 * @param resume The place after which to begin, in the group of which that place is.
 */
export async function* scanOpposite(
  work: Work,
  range: KeyRange,
  { reverse, group }: RangeOrder & { readonly reverse: boolean },
  prefix: number,
  first: number,
  resume: Place | null,
): AsyncGenerator<Found> {
  const length = prefix + group;
  let rest: KeyRange | null = range;
  if (resume !== null) {
    const ties = rangeBelow(placeOf(resume.key.slice(0, length)));
    // Within the group the entries go the other way.
    const left: KeyRange = reverse
      ? { start: afterAll(resume), end: ties.end }
      : { start: ties.start, end: resume };
    yield* scan(work, left, !reverse, first);
    rest = beyond(range, ties, reverse);
  }
  while (rest !== null) {
    const current: KeyRange = rest;
    rest = null;
    let ties: Found[] = [];
    let id = "";
    for await (const entry of scan(work, current, reverse, first + 1)) {
      const own = idOf(entry.key.slice(0, length));
      if (own !== id) {
        yield* ties.reverse();
        ties = [];
        id = own;
      }
      ties.push(entry);
      if (ties.length > first) {
        const whole = rangeBelow(placeOf(entry.key.slice(0, length)));
        yield* scan(work, whole, !reverse, first);
        rest = beyond(current, whole, reverse);
        ties = [];
        break;
      }
    }
    yield* ties.reverse();
  }
}

/** What of a range comes after a group. */
function beyond({ start, end }: KeyRange, group: KeyRange, reverse: boolean): KeyRange {
  if (reverse) return { start, end: group.start.id < end.id ? group.start : end };
  return { start: group.end.id > start.id ? group.end : start, end };
}
