import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { startFile } from "../support/child.ts";
import { random } from "../support/random.ts";
import { runtime, test } from "../support/runner.ts";
import { torture } from "../support/torture.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { openLedger } from "./fixtures/ledger.ts";

const ROUNDS = torture ? 20 : 10;
const SEED = Number(process.env["RINARI_SEED"] ?? Date.now() % 1_000_000);
const WRITER = new URL("./fixtures/writer.ts", import.meta.url);

/** Starts a writer, kills it some time after it is ready, and returns the lines it acknowledged. */
async function killWriter(driver: string, dir: string, delay: number): Promise<Set<number>> {
  const child = startFile(WRITER, [driver, dir]);
  let printed = "";
  let complaint = "";
  await new Promise<void>((resolve, reject) => {
    let armed = false;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => complaint += text);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      if (armed || !printed.startsWith("ready\n")) return;
      armed = true;
      setTimeout(() => child.kill("SIGKILL"), delay);
    });
    child.on("error", reject);
    child.on(
      "close",
      (_code, signal) =>
        signal === "SIGKILL" ? resolve() : reject(new Error(`the writer ended by itself: ${complaint}`)),
    );
  });
  const acknowledged = new Set<number>();
  // The last line may be cut by the kill.
  for (const line of printed.split("\n").slice(1, -1)) {
    const [count = 0, first = 0] = line.split(" ").map(Number);
    for (let i = 0; i < count; i++) acknowledged.add(first + i);
  }
  return acknowledged;
}

function kills(driver: string): void {
  test(
    `${driver}: ${ROUNDS} kills while committing lose nothing acknowledged and leave nothing partial`,
    async () => {
      await withTempDir(async (dir) => {
        const source = random(SEED);
        const setUp = openLedger(driver, dir);
        setUp.Account.bulkCreate([{ id: 1, balance: 1_000_000 }, { id: 2, balance: 0 }]);
        setUp.Line.count();
        setUp.orm.disconnect();
        const acknowledged = new Set<number>();
        for (let round = 0; round < ROUNDS; round++) {
          for (const n of await killWriter(driver, dir, 1 + source.int(40))) acknowledged.add(n);
          const { orm, Account, Line } = openLedger(driver, dir);
          const where = `in round ${round} of RINARI_SEED=${SEED}`;
          const lines = Line.findAll({ orderBy: [["n", "ASC"]], select: ["n", "text"] });
          const stored = new Set(lines.map(({ n }) => n));
          const lost = [...acknowledged].filter((n) => !stored.has(n));
          assertEquals(lost, [], `acknowledged lines are lost ${where}`);
          // Lines are numbered without a gap when no transaction and no bulk insert is there in part.
          assertEquals(lines.at(-1)?.n ?? -1, lines.length - 1, `a write is there in part ${where}`);
          const moved = lines.filter(({ text }) => text === "moved").length;
          assertEquals((lines.length - moved) % 250, 0, `a bulk insert is there in part ${where}`);
          const balances = Account.findAll({ orderBy: [["id", "ASC"]] }).map(({ balance }) => balance);
          assertEquals(balances, [1_000_000 - moved, moved], `a transaction is there in part ${where}`);
          orm.disconnect();
        }
        assert(acknowledged.size > 0, "no write was acknowledged in any round");
      });
    },
    { timeout: 180_000 },
  );
}

kills("node-sqlite");
kills("json-file");
if (runtime === "bun") kills("bun-sqlite");
else test.skip("bun-sqlite: kills while committing lose nothing", "bun:sqlite exists only in Bun");
