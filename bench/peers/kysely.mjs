// @ts-nocheck: the types of kysely need what is not installed
// deno-lint-ignore-file explicit-module-boundary-types

/** The work done with kysely on the same table. It builds queries and leaves the decoding of rows to the caller, who does it here. */
export function kyselyContestant({ Kysely, SqliteDialect }, db) {
  const database = {
    close: () => db.close(),
    prepare(sql) {
      const statement = db.prepare(sql);
      return {
        reader: statement.columnNames.length > 0,
        all: (values) => statement.all(...values),
        run: (values) => statement.run(...values),
        iterate: (values) => statement.iterate(...values),
      };
    },
  };
  const kysely = new Kysely({ dialect: new SqliteDialect({ database }) });
  const insertInto = (trx, row) =>
    trx.insertInto("drafts").values(encode(row)).returningAll().executeTakeFirstOrThrow().then(decode);
  const datesOf = async (table) => {
    const rows = await kysely.selectFrom(table).selectAll().orderBy("id").execute();
    for (const row of rows) row.at = new Date(row.at);
    return rows;
  };
  return {
    name: "kysely",
    findByKey: async (id) =>
      decode(await kysely.selectFrom("events").selectAll().where("id", "=", id).executeTakeFirst()),
    findByUnique: async (code) =>
      decode(await kysely.selectFrom("events").selectAll().where("code", "=", code).executeTakeFirst()),
    filteredPage: async (kind, score) =>
      (await kysely.selectFrom("events").selectAll().where("kind", "=", kind).where("open", "=", 1).where(
        "score",
        ">=",
        score,
      )
        .orderBy("score", "desc").orderBy("id").limit(20).execute()).map(decode),
    scan: async () => (await kysely.selectFrom("events").selectAll().orderBy("id").execute()).map(decode),
    dates: () => datesOf("moments"),
    countedDates: () => datesOf("counted_moments"),
    narrow: async () => {
      const rows = await kysely.selectFrom("events").select(["id", "title", "at"]).orderBy("id").limit(1_000)
        .execute();
      for (const row of rows) row.at = new Date(row.at);
      return rows;
    },
    count: async (kind) =>
      (await kysely.selectFrom("events").select((eb) => eb.fn.countAll().as("n")).where("kind", "=", kind)
        .executeTakeFirst()).n,
    insert: (row) => insertInto(kysely, row),
    bulkInsert: (rows) =>
      kysely.transaction().execute(async (trx) => {
        const stored = [];
        for (let at = 0; at < rows.length; at += 100) {
          const some = await trx.insertInto("drafts").values(rows.slice(at, at + 100).map(encode))
            .returningAll().execute();
          stored.push(...some.map(decode));
        }
        return stored;
      }),
    update: async (id, score, at) =>
      Number(
        (await kysely.updateTable("events").set({ score, at: at.toISOString() }).where("id", "=", id)
          .executeTakeFirst()).numUpdatedRows,
      ),
    take: async (id, points) =>
      Number(
        (await kysely.updateTable("events").set((eb) => ({ score: eb("score", "-", points) })).where(
          "id",
          "=",
          id,
        )
          .where("score", ">=", points).executeTakeFirst()).numUpdatedRows,
      ),
    delete: async (id) =>
      Number((await kysely.deleteFrom("drafts").where("id", "=", id).executeTakeFirst()).numDeletedRows),
    transaction: (rows) =>
      kysely.transaction().execute(async (trx) => {
        for (const row of rows) await insertInto(trx, row);
      }),
    clear: async () => void await kysely.deleteFrom("drafts").execute(),
    close: () => db.close(),
  };
}

function encode(row) {
  return { ...row, open: row.open ? 1 : 0, at: row.at.toISOString(), place: JSON.stringify(row.place) };
}

function decode(row) {
  if (row === undefined) return null;
  row.open = row.open === 1;
  row.at = new Date(row.at);
  row.place = JSON.parse(row.place);
  return row;
}
