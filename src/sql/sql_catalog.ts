import type { Maybe } from "../chain/chain.ts";
import type { ReferenceAction, StoredForm, TableIndex } from "../contract/mod.ts";
import type { ColumnKind } from "./sql_description.ts";
import type { AnySession } from "./any_engine.ts";
import type { AsyncSqlSession } from "./sql_engine.ts";

/** What a store tells of a table it has. */
export interface StoredTable {
  /** The name, as the store spells it. */
  readonly name: string;
  /** What makes it no plain table of ours, such as being a view, as a phrase; null when nothing does. */
  readonly oddity: string | null;
  /** It is a view. Absent: no. */
  readonly view?: boolean;
  /** Others have made it: what the schema does not name is theirs. Absent: no. */
  readonly foreign?: boolean;
  /** The store holds every value to its column's type. */
  readonly strict: boolean;
  /** Triggers run on it. */
  readonly triggers: boolean;
  /** The columns, in order. */
  readonly columns: readonly StoredColumn[];
  /** The columns of the primary key, in order. */
  readonly primaryKey: readonly string[];
  /** It has no primary key, yet its rows have numbers. Absent: no. */
  readonly numbered?: boolean;
  /** The store assigns the primary key and never uses a number again. */
  readonly autoIncrement: boolean;
  /** The columns that are unique by a constraint of the table. */
  readonly unique: readonly string[];
  /** The columns that are unique by an index. */
  readonly uniqueIndexed: readonly string[];
  /** The foreign keys of one column. */
  readonly references: readonly StoredReference[];
}

/** A column a store has. */
export interface StoredColumn {
  /** The name. */
  readonly name: string;
  /** The declared type. */
  readonly type: string;
  /** The kinds of value it can hold as our columns do; the first is the likeliest. */
  readonly kinds: readonly ColumnKind[];
  /** The kind is known, not guessed of the type. */
  readonly exact: boolean;
  /** The forms in which it can hold dates: one when that is known. Absent where a store has one of its own. */
  readonly forms?: readonly StoredForm[];
  /** Null is refused. */
  readonly notNull: boolean;
  /** The store computes it. */
  readonly generated: boolean;
  /** The store has a value for rows that give none, where it was asked. */
  readonly hasDefault?: boolean;
  /** The number of the row, which the store assigns where none is given, where it was asked. */
  readonly rowNumber?: boolean;
  /** Why it serves no column of ours, as a phrase, such as a collation; absent when it does. */
  readonly oddity?: string;
}

/** A foreign key a store has. */
export interface StoredReference {
  /** The referring column. */
  readonly column: string;
  /** The table referred to. */
  readonly table: string;
  /** Its column. */
  readonly to: string;
  /** On delete. */
  readonly onDelete: ReferenceAction;
  /** On update. */
  readonly onUpdate: ReferenceAction;
}

/** A foreign key of any table to a given one. */
export interface Referrer extends Omit<StoredReference, "table"> {
  /** The referring table. */
  readonly child: string;
}

/** An index a store has. */
export interface StoredIndex {
  /** The table it is on. */
  readonly table: string;
  /** The statement that made it. */
  readonly sql: string;
  /** What it is. Absent where a store keeps the statement as it was given, which tells as much. */
  readonly parts?: IndexParts;
}

/** What makes two indexes the same. */
export interface IndexParts {
  /** The columns, in order; null for what is none, or has another order or comparison than ours. */
  readonly columns: readonly (string | null)[];
  /** Rows equal in all the columns are refused. */
  readonly unique: boolean;
  /** The condition of the rows in it, in a form that is the same however it is written, or null for all. */
  readonly where: string | null;
}

/** What a database tells of itself. */
export interface SqlCatalog {
  /** Whether there is no table at all. */
  isEmpty(session: AnySession): Maybe<boolean>;
  /** Whether there is a table of exactly this name. */
  hasTable(session: AnySession, name: string): Maybe<boolean>;
  /** The table whose name is this but for case, or null. */
  table(session: AnySession, name: string): Maybe<StoredTable | null>;
  /** The index of a name, or null. */
  index(session: AnySession, name: string): Maybe<StoredIndex | null>;
  /** The indexes of a table that no constraint made, by the names they have in the store. */
  indexes(session: AnySession, table: string): Maybe<readonly TableIndex[]>;
  /** The foreign keys that refer to a table. */
  referrers(session: AnySession, table: string): Maybe<readonly Referrer[]>;
  /** The last number given to a table's rows, or null. */
  lastNumber(session: AnySession, table: string): Maybe<bigint | null>;
}

/** The same, with Promises. */
export interface AsyncSqlCatalog {
  /** Whether there is no table at all. */
  isEmpty(session: AsyncSqlSession): Promise<boolean>;
  /** Whether there is a table of exactly this name. */
  hasTable(session: AsyncSqlSession, name: string): Promise<boolean>;
  /** The table whose name is this but for case, or null. */
  table(session: AsyncSqlSession, name: string): Promise<StoredTable | null>;
  /** The index of a name, or null. */
  index(session: AsyncSqlSession, name: string): Promise<StoredIndex | null>;
  /** The indexes of a table that no constraint made, by the names they have in the store. */
  indexes(session: AsyncSqlSession, table: string): Promise<readonly TableIndex[]>;
  /** The foreign keys that refer to a table. */
  referrers(session: AsyncSqlSession, table: string): Promise<readonly Referrer[]>;
  /** The last number given to a table's rows, or null when the store does not tell. */
  lastNumber(session: AsyncSqlSession, table: string): Promise<bigint | null>;
}
