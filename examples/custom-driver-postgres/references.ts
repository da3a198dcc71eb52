import type { SqlTableDescription } from "../../src/sql/mod.ts";
import { MARK, type ReferenceComment } from "./description.ts";
import { quoteName, quoteText, storedName } from "./names.ts";

/*
 * A schema may name a table that is not there yet: two tables can refer to each other, and a table that nothing refers to may be
 * dropped and made again. PostgreSQL has no foreign key to nothing. So a reference begins, and ends, as a check that the column
 * is null, which says the same while there is nothing to refer to. Its comment keeps the foreign key it stands for.
 */

/** Begins the name of the constraint of a reference; the column's name follows. */
export const REFERENCE = `${MARK}reference `;

/** Adds the references of a new table, as checks that wait. */
export function addReferences(table: SqlTableDescription): string[] {
  return table.columns.flatMap(({ name, quoted, references }) => {
    if (references === null) return [];
    const [onDelete, onUpdate] = [references.onDelete, references.onUpdate].map((action) =>
      // RESTRICT would be checked row by row; what is promised is a check at the end of the statement.
      action === undefined || action === "RESTRICT" ? "NO ACTION" : action
    ) as [string, string];
    const to = `${quoteName(references.table)} (${quoteName(references.column)})`;
    const kept: ReferenceComment = {
      column: name,
      table: references.table,
      to: references.column,
      onDelete,
      onUpdate,
      parent: storedName(references.table),
      clause: `FOREIGN KEY (${quoted}) REFERENCES ${to} ON DELETE ${onDelete} ON UPDATE ${onUpdate}`,
    };
    const constraint = quoteName(REFERENCE + name);
    return [
      `ALTER TABLE ${table.quoted} ADD CONSTRAINT ${constraint} CHECK (${quoted} IS NULL)`,
      `COMMENT ON CONSTRAINT ${constraint} ON ${table.quoted} IS ${quoteText(MARK + JSON.stringify(kept))}`,
    ];
  });
}

/** Makes foreign keys of the checks that wait for a table, and of its own, where they can be made. */
export function linkReferences(name: string): string {
  return eachReference(
    "c",
    name,
    `IF to_regclass(format('%I.%I', current_schema(), kept.parent)) IS NOT NULL THEN
      BEGIN
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s', kept.child, kept.name, kept.clause);
        EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L', kept.name, kept.child, kept.comment);
      EXCEPTION
        -- The column is not there, not unique, or of another type: the check stays, and refuses every value.
        WHEN undefined_column OR invalid_foreign_key OR datatype_mismatch THEN NULL;
      END;
    END IF;`,
  );
}

/** Makes checks that wait of the foreign keys of other tables to a table. */
export function releaseReferences(name: string): string {
  return eachReference(
    "f",
    name,
    `IF kept.child <> to_regclass(format('%I.%I', current_schema(), ${quoteText(storedName(name))})) THEN
      EXECUTE format(
        'ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I CHECK (%I IS NULL)',
        kept.child, kept.name, kept.referring
      );
      EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L', kept.name, kept.child, kept.comment);
    END IF;`,
  );
}

/** Runs a step for every reference of a table, or to it, that is a check (`c`) or a foreign key (`f`). */
function eachReference(type: "c" | "f", name: string, step: string): string {
  const table = quoteText(storedName(name));
  return `DO $do$
DECLARE
  kept record;
BEGIN
  FOR kept IN
    SELECT c.conrelid::regclass AS child, c.conname AS name, d.comment, j.value ->> 'clause' AS clause,
      j.value ->> 'parent' AS parent, a.attname AS referring
    FROM pg_constraint AS c
    JOIN pg_class AS t ON t.oid = c.conrelid
    JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    CROSS JOIN LATERAL (SELECT obj_description(c.oid, 'pg_constraint') AS comment) AS d
    CROSS JOIN LATERAL (
      SELECT CASE WHEN starts_with(d.comment, ${quoteText(MARK)}) THEN substr(d.comment, ${
    MARK.length + 1
  })::jsonb END AS value
    ) AS j
    WHERE c.conname LIKE ${quoteText(`${REFERENCE}%`)} AND c.contype = '${type}'
      AND c.connamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
      AND (t.relname = ${table} OR j.value ->> 'parent' = ${table})
    ORDER BY c.oid
  LOOP
    ${step}
  END LOOP;
END $do$`;
}
