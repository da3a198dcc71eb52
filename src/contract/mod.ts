export { DataTypes } from "./data_types.ts";
export type { DataType } from "./data_types.ts";
export { OPERATORS } from "./query_options.ts";
export type {
  AggregateOperation,
  BulkUpdate,
  Direction,
  DriverWhere,
  IndexOptions,
  NamedIndex,
  OperatorName,
  QueryOptions,
  TableIndex,
} from "./query_options.ts";
export type {
  ColumnDefinition,
  ColumnReference,
  JSONValue,
  ReferenceAction,
  StoredForm,
  TableSchema,
} from "./table_schema.ts";
export type { Capabilities, DriverLimits, DriverMetadata, NativeType } from "./capabilities.ts";
export type { DriverConfig } from "./driver_config.ts";
export type {
  AggregateTerm,
  GroupKey,
  GroupPlan,
  OrderTerm,
  QueryPlan,
  SetTerm,
  UpsertOptions,
} from "./plans.ts";
export type {
  CallExpression,
  ColumnExpression,
  ConditionExpression,
  ExpressionCall,
  ExpressionPlan,
  ExpressionType,
  ValueExpression,
} from "./expression.ts";
export type {
  BetweenPredicate,
  ComparePredicate,
  EqualPredicate,
  HasPredicate,
  InPredicate,
  JSONPath,
  LogicPredicate,
  NotPredicate,
  NullPredicate,
  Predicate,
  PredicateTarget,
  RelatedPredicate,
  ScalarType,
  TestPredicate,
  TextPredicate,
  TuplesPredicate,
} from "./predicate.ts";
export type { DifferenceKind, SchemaDifference } from "./schema_difference.ts";
export type { TableChange } from "./table_change.ts";
export type { RawPart, RawResult, RawStatement } from "./raw_statement.ts";
export type { SyncDriver, SyncPreparedQuery, SyncTransaction } from "./sync_driver.ts";
export type { AsyncDriver, AsyncPreparedQuery, AsyncTransaction } from "./async_driver.ts";
