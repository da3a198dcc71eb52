import { test } from "./runner.ts";
import { torture } from "./torture.ts";

type Register = (name: string, fn: () => void | Promise<void>) => void;

const APART = "names apart: ";

/**
 * Registers the kit of a slow store without what it asks again with names that the store has otherwise: they are translated before a driver
 * is reached, and quick stores are asked. `npm run torture` asks all.
 */
export function inShortForm(register: Register, store: string): Register {
  if (torture) return register;
  test.skip(`${store}: ${APART}the kit again`, "it runs on quick stores, and everywhere by npm run torture");
  return (name, fn) => name.includes(APART) ? undefined : register(name, fn);
}
