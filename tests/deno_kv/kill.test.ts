import { assert, assertEquals } from "@std/assert";
import { startFile } from "../support/child.ts";
import { random } from "../support/random.ts";
import { torture } from "../support/torture.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { openDriver, testKV } from "./open_kv.ts";

const ROUNDS = torture ? 30 : 12;

testKV(
  "DenoKVDriver keeps every acknowledged write of a process that is killed",
  () =>
    withTempDir(async (path) => {
      const source = random(7);
      let acknowledged = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const first = round * 100_000;
        // Most are killed while they write, some while they begin.
        const last = await killed(
          `${path}/kv`,
          first,
          round % 6 === 5 ? null : 1 + source.int(250),
          60 + source.int(200),
        );
        const driver = await openDriver(`${path}/kv`);
        await driver.connect();
        if (last !== null) {
          for (let id = first; id <= last; id++) {
            const row = await driver.findOne<{ name: string; round: number }>("log", "entries", {
              where: { id },
            });
            assertEquals([row?.name, row?.round], [`changed${id}`, 2]);
            assert(await driver.findOne("log", "entries", { where: { name: `m${id}` } }) !== null);
          }
          acknowledged += last - first + 1;
        }
        assertEquals(await driver.verify("log"), []);
        await driver.disconnect();
      }
      console.log(`    ${acknowledged} acknowledged in ${ROUNDS} rounds`);
      assert(acknowledged > ROUNDS);
    }),
  { timeout: 180_000 },
);

/** Starts the writer and kills it. @returns The last number it acknowledged. */
function killed(
  path: string,
  first: number,
  after: number | null,
  afterStart: number,
): Promise<number | null> {
  const child = startFile(new URL("./fixtures/writer.ts", import.meta.url), [path, String(first)]);
  let printed = "";
  let timer = after === null ? setTimeout(() => child.kill("SIGKILL"), afterStart) : undefined;
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    if (printed === "" && after !== null) timer = setTimeout(() => child.kill("SIGKILL"), after);
    printed += text;
  });
  let failed = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => failed += text);
  return new Promise((resolve, reject) => {
    child.on("close", (_, signal) => {
      clearTimeout(timer);
      if (signal !== "SIGKILL") return reject(new Error(`The writer ended by itself: ${failed}`));
      const lines = printed.slice(0, printed.lastIndexOf("\n") + 1).trim().split("\n").filter((line) =>
        line !== ""
      );
      resolve(lines.length === 0 ? null : Number(lines.at(-1)));
    });
  });
}
