/** How many models a project has; each has twelve columns and four queries. */
export const MODELS = 100;

/** The text of a project that does the same work with one library. */
export interface Project {
  readonly library: string;
  readonly text: string;
}

function eachModel(text: (i: number) => string): string {
  return Array.from({ length: MODELS }, (_, i) => text(i)).join("");
}

/**
 * A project with Rinari.
 *
 * @param module What it imports: the specifier of the root.
 */
export function rinariProject(module: string): Project {
  const models = eachModel((i) => `
const M${i} = orm.define("app", "t${i}", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
  email: { type: DataTypes.TEXT, unique: true },
  role: { type: DataTypes.TEXT, values: ["a", "b${i}"], default: "a" },
  age: { type: DataTypes.INTEGER },
  score: { type: DataTypes.REAL },
  active: { type: DataTypes.BOOLEAN, notNull: true, default: true },
  born: { type: DataTypes.DATE },
  seen: { type: DataTypes.DATETIME, notNull: true, default: () => new Date() },
  profile: { type: DataTypes.JSON },
  tags: { type: DataTypes.ARRAY },
  avatar: { type: DataTypes.BLOB },
});
export const all${i} = M${i}.findAll({
  where: { name: "x", age: { $gte: 18 }, $or: [{ score: gt(${i}) }, { active: true }] },
  orderBy: [["name", "ASC"]],
  limit: 10,
});
export const one${i} = M${i}.findOne({ where: { email: "x", "profile.city": "y" }, select: ["id", "name"] });
export const made${i} = M${i}.create({ name: "x", age: ${i} });
export const changed${i} = M${i}.update({ name: "y" }, { id: all${i}[0]?.id ?? 0 });
`);
  return {
    library: "Rinari",
    text: `import { DataTypes, gt, ORM, type SyncDriver } from ${JSON.stringify(module)};
declare const driver: SyncDriver;
const orm = new ORM({ driver });
${models}`,
  };
}

/**
 * A project with Rinari whose models have four relations each, and a query that reads two levels of them.
 *
 * @param module What it imports: the specifier of the root.
 */
export function relationsProject(module: string): Project {
  const near = (i: number, by: number): string => `M${(i + by + MODELS) % MODELS}`;
  const refers = (i: number, by: number): string =>
    `references: { table: "t${(i + by + MODELS) % MODELS}", column: "id" }`;
  const models = eachModel((i) => `
const M${i} = orm.define("app", "t${i}", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
  email: { type: DataTypes.TEXT, unique: true },
  role: { type: DataTypes.TEXT, values: ["a", "b${i}"], default: "a" },
  age: { type: DataTypes.INTEGER },
  score: { type: DataTypes.REAL },
  active: { type: DataTypes.BOOLEAN, notNull: true, default: true },
  born: { type: DataTypes.DATE },
  profile: { type: DataTypes.JSON },
  nextId: { type: DataTypes.INTEGER, notNull: true, ${refers(i, 1)} },
  farId: { type: DataTypes.INTEGER, ${refers(i, 7)} },
}, { relations: {
  next: () => belongsTo(${near(i, 1)}, "nextId"),
  far: () => belongsTo(${near(i, 7)}, "farId"),
  previous: () => hasMany(${near(i, -1)}, "nextId"),
  nears: () => hasMany(${near(i, -7)}, "farId"),
} });
export const all${i} = M${i}.findAll({
  where: { name: "x", age: { $gte: ${i} } },
  select: ["id", "name"],
  with: {
    next: { select: ["name"], with: { far: true } },
    previous: { where: { score: { $gt: 1 } }, orderBy: [["name", "ASC"]], limit: 3, with: { nears: true } },
  },
  aggregates: { n: { of: "nears", count: "*" } },
});
export const name${i}: string | undefined = all${i}[0]?.previous[0]?.nears[0]?.name;
`);
  return {
    library: "Rinari with relations",
    text: `import { belongsTo, DataTypes, hasMany, ORM, type SyncDriver } from ${JSON.stringify(module)};
declare const driver: SyncDriver;
const orm = new ORM({ driver });
${models}`,
  };
}

/** The same as `rinariProject` with drizzle-orm. */
export function drizzleProject(): Project {
  const models = eachModel((i) => `
const t${i} = sqliteTable("t${i}", {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull(),
  email: text().unique(),
  role: text({ enum: ["a", "b${i}"] }).default("a"),
  age: integer(),
  score: real(),
  active: integer({ mode: "boolean" }).notNull().default(true),
  born: integer({ mode: "timestamp" }),
  seen: integer({ mode: "timestamp_ms" }).notNull().$defaultFn(() => new Date()),
  profile: text({ mode: "json" }),
  tags: text({ mode: "json" }).$type<unknown[]>(),
  avatar: blob({ mode: "buffer" }),
});
export const all${i} = db.select().from(t${i})
  .where(and(eq(t${i}.name, "x"), gte(t${i}.age, 18), or(gt(t${i}.score, ${i}), eq(t${i}.active, true))))
  .orderBy(asc(t${i}.name)).limit(10).all();
export const one${i} = db.select({ id: t${i}.id, name: t${i}.name }).from(t${i})
  .where(and(eq(t${i}.email, "x"), sql\`json_extract(\${t${i}.profile}, '$.city') = 'y'\`)).get();
export const made${i} = db.insert(t${i}).values({ name: "x", age: ${i} }).returning().get();
export const changed${i} = db.update(t${i}).set({ name: "y" }).where(eq(t${i}.id, all${i}[0]?.id ?? 0)).run();
`);
  return {
    library: "drizzle-orm",
    text: `import { and, asc, eq, gt, gte, or, sql } from "drizzle-orm";
import { type BaseSQLiteDatabase, blob, integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
declare const db: BaseSQLiteDatabase<"sync", unknown>;
${models}`,
  };
}

/** The same with kysely, whose tables are interfaces. */
export function kyselyProject(): Project {
  const tables = eachModel((i) => `
interface T${i} {
  id: Generated<number>;
  name: string;
  email: string | null;
  role: Generated<"a" | "b${i}" | null>;
  age: number | null;
  score: number | null;
  active: Generated<number>;
  born: string | null;
  seen: Generated<string>;
  profile: JSONColumnType<{ city: string }> | null;
  tags: JSONColumnType<unknown[]> | null;
  avatar: Uint8Array | null;
}`);
  const queries = eachModel((i) => `
export const all${i} = await db.selectFrom("t${i}").selectAll()
  .where("name", "=", "x").where("age", ">=", 18)
  .where((eb) => eb.or([eb("score", ">", ${i}), eb("active", "=", 1)]))
  .orderBy("name", "asc").limit(10).execute();
export const one${i} = await db.selectFrom("t${i}").select(["id", "name"])
  .where("email", "=", "x").where(sql\`json_extract(profile, '$.city')\`, "=", "y").executeTakeFirst();
export const made${i} = await db.insertInto("t${i}").values({ name: "x", age: ${i} }).returningAll()
  .executeTakeFirstOrThrow();
export const changed${i} = await db.updateTable("t${i}").set({ name: "y" })
  .where("id", "=", all${i}[0]?.id ?? 0).executeTakeFirst();
`);
  return {
    library: "kysely",
    text: `import { type Generated, type JSONColumnType, type Kysely, sql } from "kysely";
${tables}
interface Tables {
${eachModel((i) => `  t${i}: T${i};\n`)}}
declare const db: Kysely<Tables>;
${queries}`,
  };
}
