// @ts-nocheck: the types of drizzle-orm need what is not installed
// deno-lint-ignore-file explicit-module-boundary-types

const parseDate = (text) => new Date(text);

/**
 * The work done with drizzle-orm on the same table. Dates are a custom type, because the table keeps them as ISO text.
 *
 * @param prepared Whether searches are prepared once, as its documentation advises where speed matters.
 */
export function drizzleContestant({ drizzle, orm, core }, db, prepared) {
  const { asc, count, desc, and, eq, gte, sql } = orm;
  const isoDate = core.customType({
    dataType: () => "text",
    fromDriver: parseDate,
    toDriver: (date) => date.toISOString(),
  });
  const columns = {
    id: core.integer().primaryKey({ autoIncrement: true }),
    code: core.text().notNull().unique(),
    title: core.text().notNull(),
    kind: core.text().notNull(),
    score: core.real().notNull(),
    open: core.integer({ mode: "boolean" }).notNull(),
    at: isoDate().notNull(),
    place: core.text({ mode: "json" }).notNull(),
    note: core.text(),
  };
  const events = core.sqliteTable("events", columns);
  const moments = core.sqliteTable("moments", { id: core.integer().primaryKey(), at: isoDate().notNull() });
  const counted = core.sqliteTable("counted_moments", {
    id: core.integer().primaryKey(),
    at: core.integer({ mode: "timestamp_ms" }).notNull(),
  });
  const dates = () => client.select().from(moments).orderBy(asc(moments.id));
  const countedDates = () => client.select().from(counted).orderBy(asc(counted.id));
  const drafts = core.sqliteTable("drafts", columns);
  const client = drizzle({ client: db });
  const byKey = (id) => client.select().from(events).where(eq(events.id, id));
  const byUnique = (code) => client.select().from(events).where(eq(events.code, code));
  const page = (kind, score) =>
    client.select().from(events).where(
      and(eq(events.kind, kind), eq(events.open, true), gte(events.score, score)),
    )
      .orderBy(desc(events.score), asc(events.id)).limit(20);
  const scan = () => client.select().from(events).orderBy(asc(events.id));
  const narrow = () =>
    client.select({ id: events.id, title: events.title, at: events.at }).from(events).orderBy(asc(events.id))
      .limit(1_000);
  const countOf = (kind) => client.select({ n: count() }).from(events).where(eq(events.kind, kind));
  const once = {
    byKey: byKey(sql.placeholder("id")).prepare(),
    byUnique: byUnique(sql.placeholder("code")).prepare(),
    page: page(sql.placeholder("kind"), sql.placeholder("score")).prepare(),
    scan: scan().prepare(),
    dates: dates().prepare(),
    countedDates: countedDates().prepare(),
    narrow: narrow().prepare(),
    count: countOf(sql.placeholder("kind")).prepare(),
    insert: client.insert(drafts).values({
      code: sql.placeholder("code"),
      title: sql.placeholder("title"),
      kind: sql.placeholder("kind"),
      score: sql.placeholder("score"),
      open: sql.placeholder("open"),
      at: sql.placeholder("at"),
      place: sql.placeholder("place"),
      note: sql.placeholder("note"),
    }).returning().prepare(),
  };
  const insert = prepared
    ? (event) => once.insert.get(event)
    : (event) => client.insert(drafts).values(event).returning().get();
  return {
    name: prepared ? "drizzle, prepared" : "drizzle",
    findByKey: prepared ? (id) => once.byKey.get({ id }) ?? null : (id) => byKey(id).get() ?? null,
    findByUnique: prepared
      ? (code) => once.byUnique.get({ code }) ?? null
      : (code) => byUnique(code).get() ?? null,
    filteredPage: prepared
      ? (kind, score) => once.page.all({ kind, score })
      : (kind, score) => page(kind, score).all(),
    scan: prepared ? () => once.scan.all() : () => scan().all(),
    dates: prepared ? () => once.dates.all() : () => dates().all(),
    countedDates: prepared ? () => once.countedDates.all() : () => countedDates().all(),
    narrow: prepared ? () => once.narrow.all() : () => narrow().all(),
    count: prepared ? (kind) => once.count.get({ kind }).n : (kind) => countOf(kind).get().n,
    insert,
    bulkInsert: (rows) =>
      client.transaction((tx) => {
        const stored = [];
        for (let at = 0; at < rows.length; at += 100) {
          stored.push(...tx.insert(drafts).values(rows.slice(at, at + 100)).returning().all());
        }
        return stored;
      }),
    update: (id, score, at) =>
      client.update(events).set({ score, at }).where(eq(events.id, id)).returning({ id: events.id }).all()
        .length,
    take: (id, points) =>
      client.update(events).set({ score: sql`${events.score} - ${points}` })
        .where(and(eq(events.id, id), gte(events.score, points))).returning({ id: events.id }).all().length,
    delete: (id) => client.delete(drafts).where(eq(drafts.id, id)).returning({ id: drafts.id }).all().length,
    transaction: (rows) =>
      client.transaction((tx) => {
        for (const row of rows) {
          if (prepared) insert(row);
          else tx.insert(drafts).values(row).returning().get();
        }
      }),
    clear: () => void client.delete(drafts).run(),
    close: () => db.close(),
  };
}
