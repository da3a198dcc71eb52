import { assertEquals } from "@std/assert";
import { closeSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { ThreadClaims } from "../../../src/files/thread_claims.ts";
import { describe, test } from "../../support/runner.ts";
import { withTempDir } from "../../support/temp_dir.ts";

/** What several threads have: each one of its own, with the claims of all. */
function threads(count: number): ThreadClaims[] {
  return Array.from({ length: count }, () => ThreadClaims.find() as ThreadClaims);
}

/** Runs work some time later than it is. */
function later<T>(milliseconds: number, work: () => T): T {
  const { now } = Date;
  Date.now = () => now() + milliseconds;
  try {
    return work();
  } finally {
    Date.now = now;
  }
}

describe("ThreadClaims", () => {
  if (process.platform !== "linux") {
    test.skip("tell threads of each other", "only Linux tells which files a process has open");
    return;
  }

  test("claim refuses the library that comes second, whichever thread it is in", () =>
    withTempDir((folder) => {
      const [one, two, three] = threads(3) as [ThreadClaims, ThreadClaims, ThreadClaims];
      const path = join(folder, "app.db");
      assertEquals(one.claim(path, "first"), null);
      assertEquals(two.claim(path, "second"), "first");
      assertEquals(three.claim(path, "first"), null);
      assertEquals(two.claim(join(folder, "other.db"), "second"), null);
      one.release(path, "first");
      assertEquals(two.claim(path, "second"), "first");
      three.release(path, "first");
      assertEquals(two.claim(path, "second"), null);
      assertEquals(one.claim(path, "first"), "second");
    }));

  test("claim is refused for a thread that was ended only while its file is open", () =>
    withTempDir((folder) => {
      const [ended, other] = threads(2) as [ThreadClaims, ThreadClaims];
      const path = join(folder, "app.db");
      writeFileSync(path, "");
      const file = openSync(path, "r");
      ended.claim(path, "first");
      later(60_000, () => {
        assertEquals(other.claim(path, "second"), "first");
        closeSync(file);
        assertEquals(other.claim(path, "second"), null);
        const again = openSync(path, "r");
        assertEquals(ended.claim(path, "second"), null);
        closeSync(again);
      });
    }));

  test("claim is refused for a thread that is about to open the file", () =>
    withTempDir((folder) => {
      const [one, two] = threads(2) as [ThreadClaims, ThreadClaims];
      const path = join(folder, "app.db");
      one.claim(path, "first");
      assertEquals(later(500, () => two.claim(path, "second")), "first");
      assertEquals(later(60_000, () => two.claim(path, "second")), null);
    }));

  test("find leaves nothing in the folder for temporary files", () => {
    threads(2);
    const left = readdirSync(tmpdir()).filter((name) => name === `rinari-open-files.${process.pid}`);
    assertEquals(left, []);
  });
});
