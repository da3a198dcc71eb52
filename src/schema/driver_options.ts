import type { DriverConfig } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { describeValue } from "./describe_value.ts";
import { checkDatabaseName } from "./identifiers.ts";
import { isPlain, ownMembers } from "./plain_object.ts";

/** What an option is, in words, and whether a value is that. */
export type OptionRule = readonly [what: string, fits: (value: unknown) => boolean];

/** The rule of every option there is. */
export type OptionRules<Options> = { readonly [Name in keyof Options]-?: OptionRule };

/** Whether a value is a plain object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && isPlain(value);
}

/** Whether a value is a text that is not empty, and has no NUL: some engines end there, and one ends the process. */
export function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !value.includes("\0");
}

/** The path of a folder. */
export const FOLDER: OptionRule = ["the path of a folder", isText];

/** True or false. */
export const FLAG: OptionRule = ["true or false", (value) => typeof value === "boolean"];

/** A path or url by database name; the names are checked besides. */
export const PLACES: OptionRule = [
  "an object with a path or url for each database",
  (value) => isRecord(value) && Object.values(value).every(isText),
];

/** What `durability` is. */
export const DURABILITY: OptionRule = [
  '"full" or "relaxed"',
  (value) => value === "full" || value === "relaxed",
];

/** What `verbose` is. */
export const VERBOSE: OptionRule = [
  "true, false or a function",
  (value) => typeof value === "boolean" || typeof value === "function",
];

/** What a library opened. */
export function opened(what: string): OptionRule {
  return [`an open ${what}`, (value) => typeof value === "object" && value !== null];
}

/** A whole number. */
export function whole(from: number, unit = "", to: number = Number.MAX_SAFE_INTEGER): OptionRule {
  const range = to === Number.MAX_SAFE_INTEGER ? `from ${from}` : `from ${from} to ${to}`;
  return [
    `a whole number ${unit === "" ? "" : `of ${unit} `}${range}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to,
  ];
}

/**
 * The options of a driver, filled up with what `connect` was given: first its own members, as far as the driver has them, then
 * those of its `options`.
 *
 * @throws {ValidationError} When one is unknown or makes no sense (`INVALID_OPTIONS`), or a database's name (`INVALID_NAME`).
 */
export function driverOptions<Options extends object>(
  driver: string,
  given: Options,
  config: DriverConfig,
  rules: OptionRules<Options>,
): Options {
  const { options: more = {}, ...members } = ownMembers(config);
  const shared = Object.entries(members).filter(([name]) => Object.hasOwn(rules, name));
  const layers = [Object.fromEntries(shared), more, given] as Record<string, unknown>[];
  for (const layer of layers) checkOptions(driver, layer, rules as OptionRules<Record<string, unknown>>);
  const own = layers.map(withoutUndefined);
  const databases = Object.assign(Object.create(null), ...own.map((layer) => layer["databases"]));
  for (const name of Object.keys(databases)) checkDatabaseName(name);
  return Object.assign(
    Object.create(null),
    ...own,
    Object.hasOwn(rules, "databases") && { databases },
  );
}

/**
 * Checks the options of a driver.
 *
 * @throws {ValidationError} When one is unknown or makes no sense (`INVALID_OPTIONS`).
 */
export function checkOptions<Options extends object>(
  driver: string,
  given: Options,
  rules: OptionRules<Options>,
): void {
  const mistake = mistakeIn(given, rules);
  if (mistake !== null) refuseOptions(driver, mistake);
}

/** What is wrong with options, or null. Their values are not shown: one may be a secret. */
export function mistakeIn<Options extends object>(
  given: Options,
  rules: OptionRules<Options>,
): string | null {
  if (!isRecord(given)) return `options are a plain object, not ${describeValue(given)}`;
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(rules, name)) {
      return `${JSON.stringify(name)} is none of ${Object.keys(rules).join(", ")}`;
    }
    const [what, fits] = rules[name as keyof Options];
    if (value !== undefined && !fits(value)) return `\`${name}\` is ${what}`;
  }
  return null;
}

/** Throws what is wrong with the options of a driver. */
export function refuseOptions(driver: string, reason: string): never {
  throw new ValidationError(`Cannot connect driver ${driver}: ${reason}`, {
    code: "INVALID_OPTIONS",
    driver,
  });
}

/** Where `verbose` says that statements go, or null. */
export function logOf(
  verbose: boolean | ((message: string) => void) = false,
): ((message: string) => void) | null {
  return verbose === true ? (message) => console.log(message) : verbose === false ? null : verbose;
}

function withoutUndefined(options: object): Record<string, unknown> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return ownMembers(Object.fromEntries(given));
}
