import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ExpressionPlan, Predicate, QueryPlan } from "../../../src/contract/mod.ts";
import { countOf, deleteOf, updateOf } from "../../../src/query/changes.ts";
import { readFind, readFindOne } from "../../../src/query/find_options.ts";
import { shapeOf } from "../../../src/query/plans.ts";
import { readWhere } from "../../../src/query/where_reader.ts";
import { Table } from "../../../src/schema/table.ts";
import { describe, test } from "../../support/runner.ts";

/** Few names and numbers, so that plans that differ in one place are frequent, and names that look like what surrounds them. */
const column = fc.constantFrom("a", "b", "ab", "a.", "=a", "+b", "&", ")", "0", ",a", "a,b", "S", "L1;");
const slot = fc.constantFrom(0, 1, 2, 10, 12);
const path = fc.constantFrom(null, 0, 1, 10);
const type = fc.constantFrom(null, "string" as const, "number" as const, "boolean" as const);
const target = { column, path };

const given = fc.constantFrom("integer" as const, "text" as const);
const { expression } = fc.letrec<{ expression: ExpressionPlan }>((tie) => ({
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ kind: fc.constant("column" as const), column, type: given }),
    fc.record({ kind: fc.constant("value" as const), slot, type: given }),
    fc.record({
      kind: fc.constant("call" as const),
      call: fc.constantFrom("plus" as const, "concat" as const),
      args: fc.array(tie("expression"), { maxLength: 2 }),
      type: given,
    }),
    fc.record({
      kind: fc.constant("condition" as const),
      predicate: fc.record({ kind: fc.constant("null" as const), ...target }),
      type: fc.constant("boolean" as const),
    }),
  ),
}));

const leaf: fc.Arbitrary<Predicate> = fc.oneof(
  fc.record({ kind: fc.constant("null" as const), ...target }),
  fc.record({ kind: fc.constant("equal" as const), ...target, slot, type }),
  fc.record({
    kind: fc.constant("compare" as const),
    ...target,
    operator: fc.constantFrom(">" as const, ">=" as const, "<" as const, "<=" as const),
    slot,
    type,
  }),
  fc.record({ kind: fc.constant("between" as const), ...target, low: slot, high: slot, type }),
  fc.record({
    kind: fc.constant("text" as const),
    ...target,
    operator: fc.constantFrom(
      "like" as const,
      "startsWith" as const,
      "endsWith" as const,
      "contains" as const,
    ),
    slot,
  }),
  fc.record({ kind: fc.constant("in" as const), ...target, slot, withNull: fc.boolean() }),
  fc.record({ kind: fc.constant("has" as const), ...target, slot }),
  fc.record({
    kind: fc.constant("test" as const),
    operator: fc.constantFrom("eq" as const, "gt" as const, "gte" as const, "in" as const, "like" as const),
    left: expression,
    right: expression,
    withNull: fc.boolean(),
  }),
);

/** Conditions joined and negated. */
function trees(leaf: fc.Arbitrary<Predicate>): fc.Arbitrary<Predicate> {
  return fc.letrec<{ predicate: Predicate }>((tie) => ({
    predicate: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.record({ kind: fc.constant("not" as const), item: tie("predicate") }),
      fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        items: fc.array(tie("predicate"), { maxLength: 3 }),
      }),
    ),
  })).predicate;
}

const predicate = trees(leaf);
/** Trees with hardly anything in them, so that many differ in nothing but where their parts end. */
const bare = trees(fc.constant<Predicate>({ kind: "null", column: "a", path: null }));

const by = fc.oneof(column, expression);
const orderBy = fc.array(fc.tuple(by, fc.constantFrom("ASC" as const, "DESC" as const)), {
  maxLength: 2,
});

const plan: fc.Arbitrary<QueryPlan> = fc.record(
  {
    kind: fc.constantFrom("select" as const, "count" as const, "update" as const, "delete" as const),
    where: fc.option(predicate),
    orderBy,
    limit: slot,
    offset: slot,
    select: fc.array(column, { maxLength: 2 }),
    set: fc.array(fc.record({ column, slot }), { maxLength: 2 }),
  },
  { requiredKeys: ["kind", "where"] },
);

/** Equal for equal plans, in the order of members that the generator gives. */
function textOf(each: QueryPlan): string {
  const { kind, where, orderBy, limit, offset, select, set } = each;
  return JSON.stringify([kind, where, orderBy ?? 0, limit ?? "", offset ?? "", select ?? 0, set ?? 0]);
}

const table = new Table("people", {
  id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
  name: { type: "TEXT" },
  age: { type: "INTEGER" },
  data: { type: "JSON" },
});

describe("shapeOf:", () => {
  const plans: Readonly<Record<string, fc.Arbitrary<QueryPlan>>> = {
    "plans": plan,
    "plans of bare conditions": fc.record({ kind: fc.constant("count" as const), where: bare }),
    "plans of columns": fc.record({
      kind: fc.constant("select" as const),
      where: fc.constant(null),
      orderBy,
      select: fc.array(column, { maxLength: 3 }),
    }),
  };
  for (const [name, each] of Object.entries(plans)) {
    test(`two ${name} have one shape exactly when they are equal`, () => {
      const seen = new Map<string, string>();
      fc.assert(
        fc.property(each, (one) => {
          const shape = shapeOf(one);
          const text = textOf(one);
          const known = seen.get(shape);
          assert(known === undefined || known === text, `${text} and ${known} have the shape ${shape}`);
          seen.set(shape, text);
        }),
        { numRuns: 5_000 },
      );
      assertEquals(new Set(seen.values()).size, seen.size, "equal plans have equal shapes");
    });
  }

  test("a plan and any that differs from it in one place have two shapes", () => {
    fc.assert(
      fc.property(plan, (each) => {
        const shapes = [each, ...changed(each) as QueryPlan[]].map(shapeOf);
        assertEquals(new Set(shapes).size, shapes.length, shapes.join(" "));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** What can stand in the place of a value, by the name of the member. */
const OTHERS: Readonly<Record<string, readonly unknown[]>> = {
  column: ["a", "b", "=a"],
  path: [null, 0, 1],
  slot: [0, 1, 10],
  low: [0, 1],
  high: [0, 1],
  call: ["plus", "concat"],
  nullable: [true, false],
  withNull: [true, false],
  limit: [undefined, 0, 1],
  offset: [undefined, 0, 1],
  orderBy: [undefined, [], [["a", "ASC"]], [["a", "DESC"]]],
  select: [undefined, [], ["a"], ["a", "b"], ["b", "a"]],
  set: [undefined, [], [{ column: "a", slot: 0 }]],
};
const TYPES = [[null, "string", "number", "boolean"], ["integer", "text"]];
const OPERATORS = [[">", ">=", "<", "<="], ["like", "startsWith", "endsWith", "contains"], ["eq", "in"]];
const KINDS = [["select", "count", "update", "delete"], ["and", "or"]];

const INNER = ["where", "item", "items", "left", "right", "args", "predicate"];

/** All that differ in one place. */
function changed(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const inner = INNER.includes(name) || Array.isArray(value) ? changed(member) : [];
    if (name === "type" && (value as { kind?: unknown }).kind === "condition") return inner;
    const sets = name === "type"
      ? TYPES
      : name === "operator"
      ? OPERATORS
      : name === "kind"
      ? KINDS
      : [OTHERS[name] ?? []];
    const others = sets.find((set) => set.includes(member)) ?? (name in OTHERS ? OTHERS[name] : undefined) ??
      [];
    const text = JSON.stringify(member);
    return [...inner, ...others.filter((other) => JSON.stringify(other) !== text)].map((other) =>
      Array.isArray(value)
        ? value.map((item, i) => String(i) === name ? other : item)
        : { ...value, [name]: other }
    );
  });
}

function assertSame(one: unknown, other: unknown): void {
  assert(one === other, "one object");
}

function assertOther(one: unknown, other: unknown): void {
  assert(one !== other, "two objects");
}

describe("keepPlan:", () => {
  test("equal calls share one frozen plan, whichever way they are read", () => {
    const read = (options: unknown) => readFind(table, options, false).plan;
    const page = { where: { age: { $gt: 1 } }, orderBy: [["name", "DESC"]], limit: 5, select: ["name"] };
    assertSame(read(page), read({ ...page, where: { age: { $gt: 2 } } }));
    assertOther(read(page), read({ ...page, limit: 6 }));
    assert(Object.isFrozen(read(page)) && Object.isFrozen(read(page).where));
    assertSame(read({ where: { name: "a" } }), read({ where: { name: { $eq: "b" } } }));
    assertSame(
      readFindOne(table, { where: { name: "a" } }, false).plan,
      read({ where: { name: { $eq: "b" } }, limit: 1 }),
    );
  });

  test("paths share a plan when they have as many whole numbers, each of which may be an index or a member", () => {
    const read = (path: string) => readFind(table, { where: { [path]: 1 } }, false).plan;
    assertSame(read("data.a.b"), read("data.c"));
    assertSame(read("data.a.0"), read("data.7.b.c"));
    assertOther(read("data.a.b"), read("data.a.0"));
    assertOther(read("data.1.0"), read("data.a.0"));
  });

  test("a search holds no value, and no member that says nothing", () => {
    const { plan, params } = readFind(table, { where: { name: "a" } }, false);
    assertEquals(plan, {
      kind: "select",
      where: { kind: "equal", column: "name", path: null, slot: 0, type: null },
      orderBy: [["id", "ASC"]],
    });
    assertEquals(Object.keys(plan), ["kind", "where", "orderBy"]);
    assertEquals(params, ["a"]);
  });

  test("the short way to a change gives the plan of the long one", () => {
    const short = readWhere(table, { name: "a" }, false);
    const long = readWhere(table, { name: { $eq: "b" } }, false);
    assert(short.value !== null && long.value === null);
    assertSame(countOf(table, short).plan, countOf(table, long).plan);
    assertSame(deleteOf(table, short).plan, deleteOf(table, long).plan);
    const [one, other] = [short, long].map((where) => updateOf(table, { age: 1 }, where));
    assertSame(one?.plan, other?.plan);
    assertEquals(one?.params, ["a", 1]);
  });

  test("a plan of a long shape is not kept", () => {
    const read = (count: number) =>
      readFind(
        table,
        { where: { $or: Array.from({ length: count }, (_, i) => ({ age: { $gt: i } })) } },
        false,
      )
        .plan;
    assertSame(read(10), read(10));
    assertOther(read(1_000), read(1_000));
  });

  test("alternatives that are equalities of the same columns are one plan, however many they are", () => {
    const read = (count: number, more: object[] = []) =>
      readFind(table, {
        where: { $or: [...Array.from({ length: count }, (_, i) => ({ id: i, age: i })), ...more] },
      }, false);
    assertSame(read(9).plan, read(5_000).plan);
    assertEquals(read(9).plan.where, { kind: "tuples", columns: ["id", "age"], slot: 0 });
    assertEquals(read(9).params, [Array.from({ length: 9 }, (_, i) => [i, i])]);
    assertEquals(read(8).plan.where?.kind, "or");
    const mixed = read(20, [{ age: null }, { id: { $gt: 5 } }, { age: 5, id: 7 }]);
    assertEquals(mixed.params, [5, [...Array.from({ length: 20 }, (_, i) => [i, i]), [7, 5]]]);
    assertEquals(mixed.plan.where, {
      kind: "or",
      items: [
        { kind: "null", column: "age", path: null },
        { kind: "compare", column: "id", path: null, operator: ">", slot: 0, type: null },
        { kind: "tuples", columns: ["id", "age"], slot: 1 },
      ],
    });
  });
});
