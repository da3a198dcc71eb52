import type { Capabilities, NativeType, OperatorName } from "../contract/mod.ts";
import type { Mode } from "../types/mode.ts";
import type { World } from "./world.ts";

/** What is known of a driver when its tests are chosen. */
export interface Given {
  /** What it declares. */
  readonly capabilities: Capabilities;
  /** Whether it returns values or Promises. */
  readonly mode: Mode;
  /** Whether its store can be opened again. */
  readonly reopens: boolean;
  /** Whether its store can be made to refuse writes. */
  readonly failsWrites: boolean;
  /** Whether a database may have any name. */
  readonly anyDatabase: boolean;
  /** The names of its optional members. */
  readonly members: readonly string[];
}

/** Tells why a driver is not given a test; null when it is. */
export type Requirement = (given: Given) => string | null;

/** One promise, and how it is tested. */
export interface TestCase {
  /** What is promised. */
  readonly name: string;
  /** What a driver must have to be given the test. */
  readonly requires: Requirement;
  /** Throws when the promise is broken. */
  readonly run: (world: World) => Promise<void>;
}

/** Describes a promise that every driver keeps, because the core composes what the driver does not do. */
export function promise(name: string, run: (world: World) => Promise<void>): TestCase {
  return { name, requires: () => null, run };
}

/** Describes a promise of drivers that have something. */
export function promiseIf(
  requires: Requirement,
  name: string,
  run: (world: World) => Promise<void>,
): TestCase {
  return { name, requires, run };
}

/** The capability is declared. */
export function declares(name: keyof Capabilities): Requirement {
  return ({ capabilities }) => {
    const value = capabilities[name];
    return value === undefined || value === false ? `driver does not declare \`${name}\`` : null;
  };
}

/** The kind of value is native. */
export function declaresNative(type: NativeType): Requirement {
  return ({ capabilities }) =>
    capabilities.nativeTypes?.includes(type) ? null : `driver does not declare native type \`${type}\``;
}

/** The operators may be pushed down. */
export function declaresOperators(...names: readonly OperatorName[]): Requirement {
  return ({ capabilities }) => {
    const missing = names.filter((name) => !capabilities.operators?.includes(name));
    return missing.length === 0 ? null : `driver does not declare operator ${missing.join(", ")}`;
  };
}

/** The optional member exists. */
export function has(member: string): Requirement {
  return ({ members }) => members.includes(member) ? null : `driver does not have \`${member}\``;
}

/** The driver is of this kind. */
export function isOfMode(mode: Mode): Requirement {
  return (given) => given.mode === mode ? null : `driver is ${given.mode}`;
}

/** The store can be opened again. */
export function reopens(given: Given): string | null {
  return given.reopens ? null : "the options give no `reopen`";
}

/** A database may have any name. */
export function namesDatabases(given: Given): string | null {
  return given.anyDatabase ? null : "the options name the `databases`";
}

/** All of these. */
export function all(...requirements: readonly Requirement[]): Requirement {
  return (given) => {
    for (const requirement of requirements) {
      const reason = requirement(given);
      if (reason !== null) return reason;
    }
    return null;
  };
}
